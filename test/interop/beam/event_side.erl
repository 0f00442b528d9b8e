%% The event managers of event_program.ts on the BEAM; run/1 gives what each process saw, step by step.
-module(event_side).
-behaviour(gen_event).
-export([run/1]).
-export([init/1, handle_event/2, handle_info/2, handle_call/2, terminate/2]).

%% Who notes something: what one process notes has an order, and what several note in one step has none.
-define(MANAGER, 0).
-define(CLIENT, 1).
-define(OUTSIDE, 9).

run({events, Trap, Tapes, Ops}) ->
    process_flag(trap_exit, true),
    World = ets:new(world, [public, ordered_set]),
    ets:insert(World, [{step, 0} | Tapes]),
    {ok, Manager} = gen_event:start_link(),
    Nth = lists:seq(0, length(Trap) - 1),
    Clients = [spawn(fun() -> live(World, N, Manager, T) end) || {N, T} <- lists:zip(Nth, Trap)],
    ets:insert(World, [{{written, Pid}, N} || {N, Pid} <- lists:zip(Nth, Clients)]),
    {error, told} = gen_event:add_handler(Manager, ?MODULE, {world, World}),
    settle([Manager | Clients]),
    perform_all(World, Manager, Clients, Ops),
    [exit(Pid, kill) || Pid <- Clients],
    [[Step, Who | written(World, What)] || {{Step, Who, _}, What} <- ets:tab2list(World)].

perform_all(_, _, _, []) -> ok;
perform_all(World, Manager, Clients, [Op | Ops]) ->
    ets:update_counter(World, step, 1),
    perform(World, Manager, Clients, Op),
    settle([Manager | Clients]),
    case is_process_alive(Manager) of
        true ->
            note(World, ?OUTSIDE, [handlers, gen_event:which_handlers(Manager)]),
            {links, Links} = process_info(Manager, links),
            note(World, ?OUTSIDE, [links, [lists:member(Pid, Links) || Pid <- Clients]]),
            note(World, ?OUTSIDE, [alive, [is_process_alive(Pid) || Pid <- Clients]]),
            perform_all(World, Manager, Clients, Ops);
        false ->
            receive
                {'EXIT', Manager, Reason} -> note(World, ?OUTSIDE, [ended, Reason])
            end,
            note(World, ?OUTSIDE, [alive, [is_process_alive(Pid) || Pid <- Clients]])
    end.

perform(_, _, Clients, {ask, N, Request}) -> lists:nth(N + 1, Clients) ! {ask, Request};
perform(_, _, Clients, {'end', N, Reason}) -> lists:nth(N + 1, Clients) ! {'end', Reason};
perform(World, Manager, _, {get_state}) -> note(World, ?OUTSIDE, [state, sys:get_state(Manager)]);
perform(World, Manager, _, {stop, Reason}) -> note(World, ?OUTSIDE, [stop, gen_event:stop(Manager, Reason, infinity)]);
perform(_, Manager, _, {exit, Reason}) -> exit(Manager, Reason).

settle(Pids) ->
    Places = [{gen_event, fetch_msg}, {erlang, hibernate}, {?MODULE, client}],
    stillness:await(fun() -> [{Pid, stillness:state(Pid, Places)} || Pid <- Pids] end).

%% ---- The clients

live(World, N, Manager, Trap) ->
    process_flag(trap_exit, Trap),
    client(World, N, Manager).

client(World, N, Manager) ->
    receive
        {ask, Request} ->
            Given = try {given, asked(Manager, Request)}
                    catch exit:{Reason, {gen_event, call, _}} -> {raised, Reason};
                          exit:Reason -> {raised, Reason}
                    end,
            note(World, ?CLIENT + N, Given),
            client(World, N, Manager);
        {'end', Reason} ->
            exit(Reason);
        {gen_event_EXIT, Handler, crash} ->
            [Given | Later] = crashes(World, Handler),
            ets:insert(World, {crash_key(World, Handler), Later}),
            note(World, ?CLIENT + N, [got, {gen_event_EXIT, Handler, Given}]),
            client(World, N, Manager);
        Message ->
            note(World, ?CLIENT + N, [got, Message]),
            client(World, N, Manager)
    end.

asked(Manager, {call, Name, N}) -> gen_event:call(Manager, handler(Name), N, infinity);
asked(Manager, {info, N}) -> Manager ! {msg, N}, sent;
asked(Manager, {exit, Reason}) -> exit(Manager, Reason);
asked(Manager, {Function, Event}) -> gen_event:Function(Manager, Event);
asked(Manager, {delete_handler, Name, N}) -> gen_event:delete_handler(Manager, handler(Name), N);
asked(Manager, {Function, Name, N}) -> gen_event:Function(Manager, handler(Name), {Name, N});
asked(Manager, {Function, Name1, N1, Name2, N2}) ->
    gen_event:Function(Manager, {handler(Name1), N1}, {handler(Name2), {Name2, N2}}).

handler({handler}) -> ?MODULE;
handler({handler, Id}) -> {?MODULE, Id}.

%% ---- The handlers: their state is their name, and a number that each callback changes

init({world, World}) ->
    put(world, World),
    {error, told};
init(Args) ->
    {Name, N} = case Args of
                    {{{handler}, _} = After, _} -> After;
                    {{{handler, _}, _} = After, _} -> After;
                    _ -> Args
                end,
    World = get(world),
    note(World, ?MANAGER, [init, Args]),
    Ok = fun(_) -> {ok, {Name, N}} end,
    case erase(swapped_in_place) of
        true ->
            %% OTP takes no `hibernate` here, and confuses the arguments when it tells the supervisor what came instead.
            Reaction = case next(init) of {hibernate, _} -> {ok, 0}; Other -> Other end,
            Given = (catch give(Reaction, Ok)),
            remember_crash(World, handler(Name), Given),
            Given;
        _ -> give(next(init), Ok)
    end.

%% Several may fail in one step; those without a supervisor are asked for by nobody, and forgotten with the step.
remember_crash(_, _, {ok, _}) -> ok;
remember_crash(World, Handler, Given) ->
    ets:insert(World, {crash_key(World, Handler), crashes(World, Handler) ++ [Given]}).

crashes(World, Handler) ->
    case ets:lookup(World, crash_key(World, Handler)) of
        [{_, Crashes}] -> Crashes;
        [] -> []
    end.

crash_key(World, Handler) -> {crash, {ets:lookup_element(World, step, 2), Handler}}.

handle_event(Event, State) -> told(event, Event, State).
handle_info(Info, State) -> told(info, Info, State).

told(Kind, What, {Name, N}) ->
    note(get(world), ?MANAGER, [Kind, What, Name, N]),
    case next(event) of
        {remove, _} -> remove_handler;
        {swap, Args1, Name2, Args2} ->
            put(swapped_in_place, true),
            {swap_handler, Args1, {Name, N + 1}, handler(Name2), {Name2, Args2}};
        Reaction -> give(Reaction, fun(New) -> {ok, {Name, New}} end)
    end.

handle_call(Request, {Name, N}) ->
    note(get(world), ?MANAGER, [call, Request, Name, N]),
    case next(call) of
        {remove, Answer} -> {remove_handler, Answer};
        {swap, Args1, Name2, Args2} ->
            put(swapped_in_place, true),
            {swap_handler, Args2, Args1, {Name, N + 1}, handler(Name2), {Name2, Args2}};
        Reaction -> give(Reaction, fun(New) -> {ok, New, {Name, New}} end)
    end.

terminate(Args, {Name, N}) ->
    note(get(world), ?MANAGER, [terminate, Args, Name, N]),
    give(next(terminate), fun(Last) -> {done, Last} end).

next(Callback) ->
    World = get(world),
    case ets:lookup_element(World, Callback, 2) of
        [Reaction | Tape] ->
            ets:insert(World, {Callback, Tape}),
            Reaction;
        [] -> {ok, 0}
    end.

give({ok, N}, Result) -> Result(N);
give({hibernate, N}, Result) -> erlang:append_element(Result(N), hibernate);
give({throw_ok, N}, Result) -> throw(Result(N));
give({bad, N}, _) -> {nonsense, N};
give({bad_ok, N}, Result) -> erlang:append_element(Result(N), nonsense);
give({throw_bad, N}, _) -> throw({nonsense, N});
give({exit, Reason}, _) -> exit(Reason);
give({error, Reason}, _) -> error(Reason).

%% ---- What is noted

note(World, Who, What) ->
    ets:insert(World, {{ets:lookup_element(World, step, 2), Who, erlang:unique_integer([monotonic])}, What}).

%% The stack is nobody's business.
written(World, {Reason, [{M, F, _, Where} | _]}) when is_atom(M), is_atom(F), is_list(Where) -> written(World, Reason);
written(World, Tuple) when is_tuple(Tuple) -> written(World, tuple_to_list(Tuple));
written(World, List) when is_list(List) -> [written(World, Part) || Part <- List];
written(World, Pid) when is_pid(Pid) ->
    case ets:lookup(World, {written, Pid}) of
        [{_, N}] -> [client, N];
        [] -> pid
    end;
written(_, Term) -> Term.
