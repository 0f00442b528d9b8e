#!/usr/bin/env escript
%%! +S 1
%% Does the searches of each program in a file in a table of its own, and tells what each gave: one line a search,
%% tuples as lists, and lists sorted that have no order of their own.

main([File]) ->
    {ok, Programs} = file:consult(File),
    lists:foreach(fun(Program) -> program(Program) end, Programs).

program({Type, Operations}) ->
    Table = ets:new(table, [Type]),
    lists:foreach(fun({Function, Args}) -> tell(Type, call(Function, [Table | Args])) end, Operations),
    ets:delete(Table).

call(Function, Args) ->
    try apply(ets, Function, Args)
    catch error:badarg -> badarg
    end.

tell(Type, Result) ->
    Sorted = Type =/= ordered_set andalso is_list(Result),
    io:format("~w~n", [as_lists(if Sorted -> lists:sort(Result); true -> Result end)]).

as_lists(Tuple) when is_tuple(Tuple) -> as_lists(tuple_to_list(Tuple));
as_lists([Head | Tail]) -> [as_lists(Head) | as_lists(Tail)];
as_lists(Term) -> Term.
