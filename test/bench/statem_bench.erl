%% A switch that is pressed: the gen_statem of behaviours.ts.
-module(statem_bench).
-behaviour(gen_statem).
-export([events/1, init/1, callback_mode/0, on/3, off/3]).

%% Events in batches, each followed by a call, so that the mailbox stays short.
events(Count) ->
    {ok, Switch} = gen_statem:start(?MODULE, [], []),
    lists:foreach(fun(_) ->
        [gen_statem:cast(Switch, press) || _ <- lists:seq(1, 1000)],
        gen_statem:call(Switch, count)
    end, lists:seq(1, Count div 1000)),
    gen_statem:stop(Switch).

callback_mode() -> state_functions.
init([]) -> {ok, off, 0}.

off(cast, press, Count) -> {next_state, on, Count + 1};
off({call, From}, count, Count) -> {keep_state_and_data, [{reply, From, Count}]}.

on(cast, press, Count) -> {next_state, off, Count + 1};
on({call, From}, count, Count) -> {keep_state_and_data, [{reply, From, Count}]}.
