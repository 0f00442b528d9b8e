%% The state machines of statem_program.ts on the BEAM; run/2 gives what happened, in order, or that it came too late.
-module(statem_side).
-export([run/2]).
-import(statem_machine, [get_from/2, fresh/1, note/2, check_time/2, elapsed/1, now_ms/0, type/1, type_of/1]).

-define(SLOTS_IN_A_PAUSE, 5).

run(Slot, {statem, Modes, Trap, Init, Tape, Enters, Ops}) ->
    process_flag(trap_exit, true),
    World = ets:new(world, [public, ordered_set]),
    ets:insert(World, [{modes, Modes}, {trap, Trap}, {init, Init}, {tape, Tape}, {enters, Enters}, {froms, []},
                       {seen, []}, {number, 0}, {late, false}, {suspended, false},
                       {was_suspended, false}, {slot, Slot}, {started, now_ms()}]),
    Started = gen_statem:start_link(statem_1, World, []),
    case Started of
        {ok, Machine} -> perform_all(World, Machine, settled(World, Machine, []), Ops, 0);
        _ -> note(World, [start, Started])
    end,
    case get_from(World, late) of
        true -> late;
        false -> [written(What) || {Nth, What} <- ets:tab2list(World), is_integer(Nth)]
    end.

perform_all(World, _, gone, _, Pauses) -> in_time(World, Pauses);
perform_all(World, _, _, [], Pauses) -> in_time(World, Pauses);
perform_all(World, Machine, Pending, [{pass} | Ops], Pauses) ->
    in_time(World, Pauses),
    timer:sleep(max(0, (Pauses + 1) * pause(World) - elapsed(World))),
    in_time(World, Pauses + 1),
    perform_all(World, Machine, settled(World, Machine, Pending), Ops, Pauses + 1);
perform_all(World, Machine, Pending, [Op | Ops], Pauses) ->
    Sent = perform(World, Machine, Op),
    perform_all(World, Machine, settled(World, Machine, Pending ++ Sent), Ops, Pauses).

pause(World) -> ?SLOTS_IN_A_PAUSE * get_from(World, slot).

%% Whether now is the time that it should be; what comes half a slot too late makes the trace worthless.
in_time(World, Pauses) -> check_time(World, Pauses * ?SLOTS_IN_A_PAUSE).

perform(World, Machine, {send, Kinds}) ->
    erlang:suspend_process(Machine),
    Sent = lists:append([send(Machine, Kind, fresh(World)) || {Kind} <- Kinds]),
    erlang:resume_process(Machine),
    Sent;
perform(_, Machine, {exit, Reason}) ->
    exit(Machine, Reason),
    [];
perform(World, Machine, Op) ->
    Given = try [element(1, Op), asked(World, Machine, Op)]
            catch exit:{Reason, {_, _, _}} -> [raised, Reason];
                  exit:Reason -> [raised, Reason]
            end,
    wait(World, Machine),
    note(World, Given),
    [].

send(Machine, call, N) -> [{N, gen_statem:send_request(Machine, N)}];
send(Machine, cast, N) -> gen_statem:cast(Machine, N), [];
send(Machine, info, N) -> Machine ! {msg, N}, [].

asked(_, Machine, {get_state}) -> sys:get_state(Machine);
asked(_, Machine, {replace_state}) -> sys:replace_state(Machine, fun({State, Data}) -> {State, Data + 1} end);
asked(World, Machine, {suspend}) ->
    ets:insert(World, [{suspended, true}, {was_suspended, true}]),
    sys:suspend(Machine);
asked(World, Machine, {resume}) ->
    ets:insert(World, {suspended, false}),
    sys:resume(Machine);
asked(_, Machine, {stop, Reason}) -> gen_statem:stop(Machine, Reason, infinity);
asked(_, Machine, {get_status}) ->
    {status, _, _, [_, Suspended, _, _, [_, {data, Facts}, {data, [{"State", State}]}]]} = sys:get_status(Machine),
    {_, {Count, Timeouts}} = lists:keyfind("Time-outs", 1, Facts),
    {_, Modules} = lists:keyfind("Modules", 1, Facts),
    {_, Postponed} = lists:keyfind("Postponed", 1, Facts),
    [Suspended, State, Modules, [[type(Type), Content] || {Type, Content} <- Postponed], Count,
     [lists:keyfind(type_of(Name), 1, Timeouts) || Name <- [timeout, state_timeout, x, y]]].

%% What is left to do is done; then: what came of it.
settled(World, Machine, Pending) ->
    case wait(World, Machine) of
        waiting -> heard(World, Pending);
        gone -> ended(World, Pending, [], alive)
    end.

wait(World, Machine) ->
    State = case get_from(World, suspended) of
                true -> fun state_of_suspended/1;
                false -> fun(Pid) -> stillness:state(Pid, [{gen_statem, loop_receive}, {erlang, hibernate}]) end
            end,
    stillness:await(fun() -> [{Machine, State(Machine)}] end),
    case is_process_alive(Machine) of
        true -> waiting;
        false -> gone
    end.

%% It takes only what concerns the system. One that hibernated goes round and round while there is anything else.
state_of_suspended(Machine) ->
    case process_info(Machine, [current_function, messages]) of
        undefined -> gone;
        [{_, {Module, Function, _}}, {_, Messages}] ->
            Asleep = lists:member({Module, Function}, [{erlang, hibernate}, {proc_lib, wake_up}]),
            case (Asleep orelse Module =:= sys) andalso not lists:any(fun is_for_suspended/1, Messages) of
                true -> rests;
                false -> busy
            end
    end.

is_for_suspended({system, _, _}) -> true;
is_for_suspended({'EXIT', Pid, _}) -> Pid =:= self();
is_for_suspended(_) -> false.

heard(World, Pending) ->
    receive
        Message ->
            {N, Id, {reply, Answer}} = about(Message, Pending),
            note(World, [reply, N, Answer]),
            heard(World, Pending -- [{N, Id}])
    after 0 -> Pending
    end.

%% Each request gets its answer, or hears on its own that the machine is gone.
ended(World, [], Lost, {dead, Reason}) ->
    [note(World, [error, N, Why]) || {N, Why} <- lists:sort(Lost)],
    note(World, [ended, Reason]),
    gone;
ended(World, Pending, Lost, End) ->
    receive
        {'EXIT', _, Reason} -> ended(World, Pending, Lost, {dead, Reason});
        Message ->
            {N, Id, What} = about(Message, Pending),
            Left = Pending -- [{N, Id}],
            case What of
                {reply, Answer} ->
                    note(World, [reply, N, Answer]),
                    ended(World, Left, Lost, End);
                {error, {Reason, _}} -> ended(World, Left, [{N, Reason} | Lost], End)
            end
    end.

about(Message, [{N, Id} | Pending]) ->
    case gen_statem:check_response(Message, Id) of
        no_reply -> about(Message, Pending);
        What -> {N, Id, What}
    end.

%% The stack is nobody's business, nor is how long a timeout still takes.
written({Reason, [{M, F, _, Where} | _]}) when is_atom(M), is_atom(F), is_list(Where) -> written(Reason);
written(Action) when is_tuple(element(3, Action)), element(1, element(3, Action)) =:= due -> written(element(3, Action));
written([alias | _]) -> ref;
written(Tuple) when is_tuple(Tuple) -> written(tuple_to_list(Tuple));
written(List) when is_list(List) -> [written(Part) || Part <- List];
written(Pid) when is_pid(Pid) -> pid;
written(Ref) when is_reference(Ref) -> ref;
written(Term) -> Term.
