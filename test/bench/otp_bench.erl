%% The programs of the files beside this one, in Erlang. Runs one group of them, and prints name, rate per second and rate per CPU second, tabs between.
-module(otp_bench).
-behaviour(gen_server).
-export([main/1, init/1, handle_call/3, handle_cast/2]).

-define(ROUNDS, 5).
-define(MESSAGES, 500000).
-define(RING, 1000).
-define(CALLS, 200000).
-define(CASTS, 1000000).
-define(EVENTS, 500000).
-define(SPAWNED, 100000).
-define(IDLE, 50000).
-define(TIMERS, 100000).
-define(ROWS, 200000).

main([processes]) ->
    rate("ping-pong", ?MESSAGES, fun ping_pong/0),
    rate("ring of 1000", ?MESSAGES, fun() -> ring(1) end),
    rate("ring, 1000 tokens", ?MESSAGES, fun() -> ring(?RING) end),
    rate("spawn and end", ?SPAWNED, fun spawn_often/0),
    bytes("idle process", fun() -> spawn(fun() -> receive stop -> ok end end) end);
main([behaviours]) ->
    rate("gen_server:call", ?CALLS, fun call_often/0),
    rate("gen_server:cast", ?CASTS, fun cast_often/0),
    rate("gen_statem events", ?EVENTS, fun() -> statem_bench:events(?EVENTS) end),
    bytes("idle gen_server", fun() -> {ok, Pid} = gen_server:start(?MODULE, [], []), Pid end);
main([timers]) ->
    rate("start and cancel", ?TIMERS, fun start_and_cancel/0),
    rate("run out", ?TIMERS, fun run_out/0);
main([ets]) ->
    [ets_rates(Type) || Type <- [set, ordered_set]].

%% ---- Measuring

rate(Name, Count, Work) ->
    once(Work),
    Rounds = lists:sort([once(Work) || _ <- lists:seq(1, ?ROUNDS)]),
    {Cpu, Wall} = lists:nth(?ROUNDS div 2 + 1, Rounds),
    io:format("~s\t~f\t~f~n", [Name, Count / Wall, Count / Cpu]).

%% Every round has a process of its own, as in processes.ts.
once(Work) ->
    {Cpu0, _} = statistics(runtime),
    Wall0 = erlang:monotonic_time(microsecond),
    {Pid, Ref} = spawn_monitor(Work),
    receive {'DOWN', Ref, process, Pid, normal} -> ok end,
    Wall1 = erlang:monotonic_time(microsecond),
    {Cpu1, _} = statistics(runtime),
    {max(1, Cpu1 - Cpu0) / 1.0e3, (Wall1 - Wall0) / 1.0e6}.

bytes(Name, Make) ->
    erlang:garbage_collect(),
    Before = erlang:memory(total),
    Pids = [Make() || _ <- lists:seq(1, ?IDLE)],
    timer:sleep(200),
    After = erlang:memory(total),
    [exit(Pid, kill) || Pid <- Pids],
    io:format("~s\t~f\t-~n", [Name, (After - Before) / ?IDLE]).

%% ---- The programs

ping_pong() ->
    Pong = spawn(fun pong/0),
    ping(Pong, self(), ?MESSAGES div 2).

ping(Pong, _Me, 0) ->
    Pong ! stop;
ping(Pong, Me, Left) ->
    Pong ! Me,
    receive _ -> ping(Pong, Me, Left - 1) end.

pong() ->
    receive
        stop -> ok;
        From -> From ! pong, pong()
    end.

%% Each process hands on what it gets; the last one counts, and takes tokens out once there is enough.
ring(Tokens) ->
    Me = self(),
    First = lists:foldl(fun(_, Next) -> spawn(fun() -> hand_on(Next) end) end, Me, lists:seq(2, ?RING)),
    [First ! token || _ <- lists:seq(1, Tokens)],
    last_of_ring(First, ?MESSAGES div ?RING),
    First ! stop,
    await_stop().

hand_on(Next) ->
    receive
        stop -> Next ! stop;
        Token -> Next ! Token, hand_on(Next)
    end.

last_of_ring(_, 0) -> ok;
last_of_ring(First, Left) ->
    receive Token -> First ! Token end,
    last_of_ring(First, Left - 1).

await_stop() ->
    receive
        stop -> ok;
        token -> await_stop()
    end.

call_often() ->
    {ok, Server} = gen_server:start(?MODULE, [], []),
    [gen_server:call(Server, next) || _ <- lists:seq(1, ?CALLS)],
    gen_server:stop(Server).

cast_often() ->
    {ok, Server} = gen_server:start(?MODULE, [], []),
    Batch = fun(_) ->
        [gen_server:cast(Server, count) || _ <- lists:seq(1, 1000)],
        gen_server:call(Server, value)
    end,
    lists:foreach(Batch, lists:seq(1, ?CASTS div 1000)),
    gen_server:stop(Server).

spawn_often() ->
    spawn_often(self(), ?SPAWNED).

spawn_often(_Me, 0) ->
    ok;
spawn_often(Me, Left) ->
    spawn(fun() -> Me ! here end),
    receive here -> spawn_often(Me, Left - 1) end.

start_and_cancel() ->
    [erlang:cancel_timer(erlang:start_timer(5000, self(), never)) || _ <- lists:seq(1, ?TIMERS)].

run_out() ->
    [erlang:send_after(N rem 10, self(), rung) || N <- lists:seq(1, ?TIMERS)],
    [receive rung -> ok end || _ <- lists:seq(1, ?TIMERS)].

ets_rates(Type) ->
    Name = atom_to_list(Type),
    rate(Name ++ " insert", ?ROWS, fun() -> filled(Type) end),
    Filled = filled(Type),
    rate(Name ++ " lookup", ?ROWS, fun() -> [ets:lookup(Filled, Key) || Key <- lists:seq(1, ?ROWS)] end),
    rate(Name ++ " update_counter", ?ROWS, fun() ->
        [ets:update_counter(Filled, Key, 1) || Key <- lists:seq(1, ?ROWS)]
    end).

filled(Type) ->
    Table = ets:new(rows, [Type, public]),
    [ets:insert(Table, {Key, Key}) || Key <- lists:seq(1, ?ROWS)],
    Table.

%% ---- The server

init([]) -> {ok, 0}.
handle_call(_Request, _From, Count) -> {reply, Count, Count + 1}.
handle_cast(_Request, Count) -> {noreply, Count + 1}.
