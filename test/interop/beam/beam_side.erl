%% Runs random programs on the BEAM: reads `{Id, Kind, Program}.` line by line, runs each in processes of its own, and
%% prints `Id TRACE` with the trace as JSON. What the parts of a program mean stands in program.ts.
-module(beam_side).
-behaviour(gen_server).
-export([main/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2]).

-define(BORN, 3).

main() ->
    logger:set_primary_config(level, none),
    io:setopts(standard_io, [binary, {encoding, utf8}]),
    load_what_crashes_use(),
    io:format("READY~n"),
    serve().

serve() ->
    case io:read('') of
        {ok, {Id, {processes, Unit}, Program}} ->
            spawn(fun() -> print(Id, run(Id, Unit, Program)) end),
            serve();
        {ok, {Id, {supervision}, Program}} ->
            spawn(fun() -> print(Id, supervision_side:run(Program)) end),
            serve();
        {ok, {Id, {statem, Slot}, Program}} ->
            statem_machine:prepare(),
            spawn(fun() -> print(Id, statem_side:run(Slot, Program)) end),
            serve();
        {ok, {Id, {events}, Program}} ->
            spawn(fun() -> print(Id, event_side:run(Program)) end),
            serve();
        {ok, {Id, {tables}, Program}} ->
            spawn(fun() -> print(Id, table_side:run(Program)) end),
            serve();
        eof ->
            halt(0)
    end.

%% A process that waits for a module to be loaded would look as if it had nothing left to do.
load_what_crashes_use() ->
    Modules = [M || App <- [kernel, stdlib], {ok, Ms} <- [load(App)], M <- Ms],
    ok = code:ensure_modules_loaded(Modules).

load(App) ->
    application:load(App),
    application:get_key(App, modules).

print(Id, late) -> io:format("~p late~n", [Id]);
print(Id, Trace) -> io:format("~p ~ts~n", [Id, json(Trace)]).

%% ---- The program, seen from outside

-record(world, {table, prefix, unit}).

run(Id, Unit, Program) ->
    World = #world{table = ets:new(world, [public]), prefix = integer_to_list(Id) ++ "_", unit = Unit},
    put_into(World, step, 0),
    [spawn_life(World, P, plain) || P <- lists:seq(0, ?BORN - 1)],
    settle(World),
    Started = now_ms(),
    {Planned, Late} = lists:foldl(fun(Step, Time) -> run_step(World, Step, Time, Started) end, {0, false}, Program),
    Trace = [trace_of(World, P) || P <- lists:sort(pids(World))],
    [exit(Pid, kill) || {_, Pid} <- pids(World)],
    case Late orelse is_late(World, Started, Planned) of
        true -> late;
        false -> Trace
    end.

now_ms() -> erlang:monotonic_time(millisecond).

%% Timers end a unit before and after each pause; a pause that is far from its place makes the trace worthless.
is_late(#world{unit = Unit}, Started, Planned) -> now_ms() - Started - Planned > Unit div 2.

run_step(World, Step, {Planned, Late}, Started) ->
    put_into(World, step, get_from(World, step) + 1),
    Now = case Step of
              {act, P, Ops} ->
                  act(World, P, Ops),
                  {Planned, Late};
              {pass} ->
                  Before = is_late(World, Started, Planned),
                  Next = Planned + 2 * World#world.unit,
                  timer:sleep(max(0, Started + Next - now_ms())),
                  {Next, Late orelse Before orelse is_late(World, Started, Next)}
          end,
    settle(World),
    look(World),
    Now.

act(World, P, Ops) ->
    case is_server(World, P) =:= false andalso get_from(World, {idle, P}) of
        true ->
            put_into(World, {idle, P}, false),
            pid_of(World, P) ! {act, Ops};
        _ ->
            ok
    end.

%% A process rests once it waits, and has done what it was told or is known to wait for somebody.
settle(World) ->
    stillness:await(fun() -> [{P, state(World, P, Pid)} || {P, Pid} <- pids(World)] end),
    watch(World).

state(World, P, Pid) ->
    case process_info(Pid, status) of
        undefined -> gone;
        {status, waiting} ->
            case is_server(World, P) orelse lists:member(true, [get_from(World, {Why, P}) || Why <- [idle, blocked]]) of
                true -> rests;
                false -> busy
            end;
        _ -> busy
    end.

watch(World) ->
    [begin
         put_into(World, {watched, P}, true),
         put({watch, erlang:monitor(process, Pid)}, P)
     end || {P, Pid} <- pids(World), get_from(World, {watched, P}) =/= true].

look(World) ->
    receive
        {'DOWN', Ref, process, _, Reason} ->
            P = get({watch, Ref}),
            put_into(World, {dead, P}, [dead, written(World, Reason), get_from(World, step)]),
            put_into(World, {idle, P}, false),
            look(World)
    after 0 ->
        [put_into(World, {mailboxes, P}, [mailbox(World, P, Pid) | listed(World, {mailboxes, P})])
         || {P, Pid} <- pids(World)]
    end.

mailbox(World, P, Pid) ->
    case is_server(World, P) orelse process_info(Pid, messages) of
        {messages, Messages} -> [written(World, Message) || Message <- Messages];
        _ -> []
    end.

trace_of(World, {P, _}) ->
    End = case get_from(World, {dead, P}) of
              undefined -> alive;
              Dead -> Dead
          end,
    {[{id, P}, {notes, lists:reverse(listed(World, {notes, P}))},
      {mailboxes, lists:reverse(listed(World, {mailboxes, P}))}, {'end', End}]}.

%% ---- What the processes of one program know of each other

put_into(#world{table = Table}, Key, Value) -> ets:insert(Table, {Key, Value}).

get_from(#world{table = Table}, Key) ->
    case ets:lookup(Table, Key) of
        [{_, Value}] -> Value;
        [] -> undefined
    end.

listed(World, Key) ->
    case get_from(World, Key) of
        undefined -> [];
        List -> List
    end.

pids(#world{table = Table}) -> [{P, Pid} || [P, Pid] <- ets:match(Table, {{pid, '$1'}, '$2'})].
pid_of(World, P) -> get_from(World, {pid, P}).
is_server(World, P) -> get_from(World, {server, P}) =:= true.

bind(World, P, Pid) ->
    put_into(World, {pid, P}, Pid),
    put_into(World, {written, Pid}, [pid, P]),
    undefined.

name_ref(World, Id, Ref) ->
    put_into(World, {ref, Id}, Ref),
    put_into(World, {written, Ref}, [ref, Id]),
    undefined.

name_timer(World, Id, Ref) ->
    put_into(World, {timer, Id}, Ref),
    put_into(World, {written, Ref}, [timer, Id]),
    undefined.

note(World, P, What) ->
    put_into(World, {notes, P}, [[get_from(World, step), written(World, What)] | listed(World, {notes, P})]).

written(World, Pid) when is_pid(Pid) -> known(World, Pid, [pid, <<"?">>]);
written(World, Ref) when is_reference(Ref) -> known(World, Ref, [ref, <<"?">>]);
written(World, [alias | Ref]) -> written(World, Ref);
written(World, {Reason, [{M, F, _, Where} | _]}) when is_atom(M), is_atom(F), is_list(Where) -> error_of(World, Reason);
written(World, Tuple) when is_tuple(Tuple) -> [written(World, Part) || Part <- tuple_to_list(Tuple)];
written(World, List) when is_list(List) -> [written(World, Part) || Part <- List];
written(World, Atom) when is_atom(Atom) ->
    Prefix = World#world.prefix,
    case string:prefix(atom_to_list(Atom), Prefix) of
        nomatch -> Atom;
        Name -> list_to_binary(Name)
    end;
written(_, Number) -> Number.

%% The stack is nobody's business; a throw that nobody caught has one as well.
error_of(World, {nocatch, Term}) -> [nocatch, written(World, Term)];
error_of(World, Reason) -> [error_, written(World, Reason)].

known(World, Term, Unknown) ->
    case get_from(World, {written, Term}) of
        undefined -> Unknown;
        Known -> Known
    end.

name(#world{prefix = Prefix}, Name) -> list_to_atom(Prefix ++ atom_to_list(Name)).

%% ---- The processes

spawn_life(World, P, Flavour) ->
    Live = fun() -> live(World, P) end,
    case Flavour of
        plain -> bind(World, P, spawn(Live));
        link -> bind(World, P, spawn_link(Live));
        monitor ->
            {Pid, Ref} = spawn_monitor(Live),
            bind(World, P, Pid),
            name_ref(World, P + 10, Ref)
    end.

live(World, P) ->
    put_into(World, {idle, P}, true),
    receive
        {act, Ops} -> act_all(World, P, Ops)
    end.

act_all(World, P, []) -> live(World, P);
act_all(_, _, [{return} | _]) -> ok;
act_all(_, _, [{exit_self, Reason} | _]) -> exit(Reason);
act_all(_, _, [{throw, Reason} | _]) -> throw(Reason);
act_all(_, _, [{error, Reason} | _]) -> error(Reason);
act_all(World, P, [Op | Ops]) ->
    note(World, P, perform(World, P, Op)),
    act_all(World, P, Ops).

perform(World, P, Op) ->
    try {did(Op), perform_unguarded(World, P, Op)}
    catch _:Reason -> {raised, Reason}
    end.

did({drain}) -> drained;
did(_) -> did.

perform_unguarded(_, _, {put, Key, Value}) -> put(Key, Value);
perform_unguarded(_, _, {get, Key}) -> get(Key);
perform_unguarded(_, _, {trap_exit, On}) -> process_flag(trap_exit, On);
perform_unguarded(World, _, {info, Item}) -> info(World, Item);
perform_unguarded(World, _, {is_alive, Q}) -> with(pid_of(World, Q), fun erlang:is_process_alive/1);
perform_unguarded(World, _, {whereis, Name}) -> whereis(name(World, Name));
perform_unguarded(_, _, {drain}) -> drain();
perform_unguarded(World, _, {receive_from, Q}) -> with(pid_of(World, Q), fun(Pid) -> receive_from(Pid, 0) end);
perform_unguarded(World, P, {wait_for, Q, Units}) ->
    with(pid_of(World, Q), fun(Pid) ->
        blocked(World, P, fun() -> receive_from(Pid, Units * World#world.unit) end)
    end);
perform_unguarded(World, _, {send, Q, N}) -> with(pid_of(World, Q), fun(Pid) -> sent(Pid ! {msg, self(), N}) end);
perform_unguarded(World, _, {send_name, Name, N}) -> sent(name(World, Name) ! {msg, self(), N});
perform_unguarded(World, _, {send_ref, Id, N}) ->
    with(get_from(World, {ref, Id}), fun(Ref) -> sent(Ref ! {msg, self(), N}) end);
perform_unguarded(World, _, {exit, Q, Reason}) -> with(pid_of(World, Q), fun(Pid) -> exit(Pid, Reason) end);
perform_unguarded(World, _, {link, Q}) -> with(pid_of(World, Q), fun erlang:link/1);
perform_unguarded(World, _, {unlink, Q}) -> with(pid_of(World, Q), fun erlang:unlink/1);
perform_unguarded(World, _, {monitor, Id, Q}) ->
    with(pid_of(World, Q), fun(Pid) -> name_ref(World, Id, monitor(process, Pid)) end);
perform_unguarded(World, _, {monitor_name, Id, Name}) -> name_ref(World, Id, monitor(process, name(World, Name)));
perform_unguarded(World, _, {monitor_alias, Id, Q, Alias}) ->
    with(pid_of(World, Q), fun(Pid) -> name_ref(World, Id, monitor(process, Pid, [{alias, Alias}])) end);
perform_unguarded(World, _, {demonitor, Id, Asked}) ->
    with(get_from(World, {ref, Id}), fun(Ref) -> demonitor(Ref, demonitor_options(Asked)) end);
perform_unguarded(World, _, {alias, Id}) -> name_ref(World, Id, alias());
perform_unguarded(World, _, {unalias, Id}) -> with(get_from(World, {ref, Id}), fun erlang:unalias/1);
perform_unguarded(World, _, {register, Name, Q}) ->
    with(pid_of(World, Q), fun(Pid) -> register(name(World, Name), Pid) end);
perform_unguarded(World, _, {unregister, Name}) -> unregister(name(World, Name));
perform_unguarded(World, _, {spawn, Q, Flavour}) ->
    case pid_of(World, Q) of
        undefined -> spawn_life(World, Q, Flavour);
        _ -> taken
    end;
perform_unguarded(World, _, {send_after, Id, Units, Q, N}) ->
    with(pid_of(World, Q), fun(Pid) ->
        name_timer(World, Id, erlang:send_after(Units * World#world.unit, Pid, {msg, timer, N}))
    end);
perform_unguarded(World, _, {start_timer, Id, Units, Q, N}) ->
    with(pid_of(World, Q), fun(Pid) ->
        name_timer(World, Id, erlang:start_timer(Units * World#world.unit, Pid, N))
    end);
perform_unguarded(World, _, {cancel_timer, Id}) ->
    with(get_from(World, {timer, Id}), fun(Ref) -> is_integer(erlang:cancel_timer(Ref)) end);
perform_unguarded(World, _, {read_timer, Id}) ->
    with(get_from(World, {timer, Id}), fun(Ref) -> is_integer(erlang:read_timer(Ref)) end);
perform_unguarded(World, _, {start_server, Q, Flavour}) ->
    case pid_of(World, Q) of
        undefined -> start_server(World, Q, Flavour);
        _ -> taken
    end;
perform_unguarded(World, P, {call, Q, Request, Units}) ->
    Timeout = case Units of
                  infinity -> infinity;
                  _ -> Units * World#world.unit
              end,
    with(pid_of(World, Q), fun(Pid) ->
        blocked(World, P, fun() -> gen_server:call(Pid, Request, Timeout) end)
    end);
perform_unguarded(World, _, {cast, Q, Request}) -> with(pid_of(World, Q), fun(Pid) -> gen_server:cast(Pid, Request) end).

with(undefined, _) -> unborn;
with(Term, Act) -> Act(Term).

sent(_) -> sent.

blocked(World, P, Wait) ->
    put_into(World, {blocked, P}, true),
    try Wait()
    after put_into(World, {blocked, P}, false)
    end.

start_server(World, Q, Flavour) ->
    put_into(World, {server, Q}, true),
    {ok, Pid} = case Flavour of
                    link -> gen_server:start_link(?MODULE, {World, Q}, []);
                    plain -> gen_server:start(?MODULE, {World, Q}, [])
                end,
    bind(World, Q, Pid).

demonitor_options(plain) -> [];
demonitor_options(flush) -> [flush];
demonitor_options(info) -> [info];
demonitor_options(flush_info) -> [flush, info].

drain() ->
    receive
        Message -> [Message | drain()]
    after 0 -> []
    end.

receive_from(Pid, Timeout) ->
    receive
        {msg, Pid, _} = Message -> Message;
        {'EXIT', Pid, _} = Message -> Message
    after Timeout -> nothing
    end.

info(World, Item) ->
    case process_info(self(), Item) of
        [] -> none;
        {registered_name, Name} -> Name;
        {_, List} when is_list(List) ->
            Written = [unicode:characters_to_binary(json(written(World, Part))) || Part <- List],
            lists:sort([Part || Part <- Written, Part =/= <<"[\"pid\",\"?\"]">>]);
        {_, Value} -> Value
    end.

%% ---- The server

init({World, P}) -> {ok, {World, P, 0, []}}.

handle_call({add, N}, _, {World, P, Value, Deferred}) -> {reply, Value + N, {World, P, Value + N, Deferred}};
handle_call({reply_then_stop, Reason}, _, State) -> {stop, Reason, stopping, State};
handle_call({stop_silently, Reason}, _, State) -> {stop, Reason, State};
handle_call({exit, Reason}, _, _) -> exit(Reason);
handle_call({error, Reason}, _, _) -> error(Reason);
handle_call({throw_reply, N}, _, State) -> throw({reply, N, State});
handle_call({defer}, From, {World, P, Value, Deferred}) -> {noreply, {World, P, Value, Deferred ++ [From]}};
handle_call({nonsense}, _, _) -> nonsense;
handle_call({trap, On}, _, State) -> {reply, process_flag(trap_exit, On), State};
handle_call({continue, N}, _, State) -> {reply, ok, State, {continue, N}};
handle_call({timeout, Units}, _, {World, _, _, _} = State) -> {reply, ok, State, Units * World#world.unit};
handle_call({do, Op}, _, {World, P, _, _} = State) -> {reply, perform(World, P, Op), State}.

handle_cast({add, N}, {World, P, Value, Deferred}) -> {noreply, {World, P, Value + N, Deferred}};
handle_cast({release}, {World, P, Value, Deferred}) ->
    [gen_server:reply(From, Value) || From <- Deferred],
    {noreply, {World, P, Value, []}};
handle_cast({nonsense}, _) -> nonsense;
handle_cast({exit, Reason}, _) -> exit(Reason);
handle_cast({stop, Reason}, State) -> {stop, Reason, State}.

handle_info(Info, {World, P, _, _} = State) ->
    note(World, P, {info, Info}),
    {noreply, State}.

handle_continue(Continuation, {World, P, _, _} = State) ->
    note(World, P, {did, {continue, Continuation}}),
    {noreply, State}.

terminate(Reason, {World, P, _, _}) -> note(World, P, {did, {terminate, Reason}}).

%% ---- JSON: atoms as strings, `{Pairs}` as an object

json({Pairs}) -> ["{", lists:join(",", [[json(Key), ":", json(Value)] || {Key, Value} <- Pairs]), "}"];
json(true) -> "true";
json(false) -> "false";
json(Atom) when is_atom(Atom) -> json(atom_to_binary(Atom));
json(Number) when is_integer(Number) -> integer_to_list(Number);
json(Text) when is_binary(Text) -> ["\"", string:replace(Text, "\"", "\\\"", all), "\""];
json(List) when is_list(List) -> ["[", lists:join(",", [json(Part) || Part <- List]), "]"].
