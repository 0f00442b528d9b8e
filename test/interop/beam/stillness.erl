%% When all that a program has set in motion has come to rest. That a process cannot run says little: the first report
%% through a module suspends its process until all threads of the BEAM have made progress, and one that is ending counts
%% as gone before those that are linked to it hear so.
-module(stillness).
-export([await/1, state/2]).

%% Returns once none of the processes is busy, and the same look was had before and after all others had their turns.
%% Look gives `{Process, rests | busy | gone}` of each.
await(Look) -> await(Look, none).

await(Look, Before) ->
    [erlang:yield() || _ <- lists:seq(1, 10)],
    Seen = Look(),
    case Seen =:= Before andalso not lists:keymember(busy, 2, Seen) of
        true -> ok;
        false -> await(Look, Seen)
    end.

%% The state of a process that rests only where it waits for whatever message may come next: in one of these functions,
%% with none left to take.
state(Pid, Places) ->
    case process_info(Pid, [status, message_queue_len, current_function]) of
        undefined -> gone;
        [{_, waiting}, {_, 0}, {_, {Module, Function, _}}] ->
            case lists:member({Module, Function}, Places) of
                true -> rests;
                false -> busy
            end;
        _ -> busy
    end.
