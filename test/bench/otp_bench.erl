%% The programs of processes.ts, in Erlang: prints name, rate per second and rate per CPU second, tabs between.
-module(otp_bench).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2]).

-define(ROUNDS, 5).
-define(MESSAGES, 500000).
-define(CALLS, 200000).
-define(CASTS, 1000000).
-define(SPAWNED, 100000).
-define(IDLE, 50000).

main() ->
    rate("ping-pong", ?MESSAGES, fun ping_pong/0),
    rate("gen_server:call", ?CALLS, fun call_often/0),
    rate("gen_server:cast", ?CASTS, fun cast_often/0),
    rate("spawn and end", ?SPAWNED, fun spawn_often/0),
    bytes("idle process", fun() -> spawn(fun() -> receive stop -> ok end end) end),
    bytes("idle gen_server", fun() -> {ok, Pid} = gen_server:start(?MODULE, [], []), Pid end).

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

%% ---- The server

init([]) -> {ok, 0}.
handle_call(_Request, _From, Count) -> {reply, Count, Count + 1}.
handle_cast(_Request, Count) -> {noreply, Count + 1}.
