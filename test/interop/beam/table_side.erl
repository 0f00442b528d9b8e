%% The tables of table_program.ts on the BEAM; run/1 gives what each operation gave, and what the table held then.
-module(table_side).
-export([run/1]).

run({tables, Type, Keypos, Ops}) ->
    Table = ets:new(table, [Type, {keypos, Keypos}]),
    [step(Table, Type, Op) || Op <- Ops].

step(Table, Type, Op) ->
    Given = try perform(Table, Type, Op)
            catch error:Reason -> {raised, Reason}
            end,
    [element(1, Op), written(Given), written(in_order(Type, ets:tab2list(Table)))].

perform(T, Type, {insert_list, Rows}) -> ets:insert(T, at_once(Type, decoded(Rows)));
perform(T, Type, {insert_new_list, Rows}) -> ets:insert_new(T, at_once(Type, decoded(Rows)));
perform(T, _, {lookup_element, Key, Position}) -> ets:lookup_element(T, decoded(Key), Position);
perform(T, _, {update_counter, Key, Counts, Bare, Standard}) ->
    Asked = one_or_all([count(Count) || Count <- Counts], Bare),
    case decoded(Standard) of
        [] -> ets:update_counter(T, decoded(Key), Asked);
        [Row] -> ets:update_counter(T, decoded(Key), Asked, Row)
    end;
perform(T, _, {update_element, Key, Places, Bare}) ->
    ets:update_element(T, decoded(Key), one_or_all([{P, decoded(Value)} || {at, P, Value} <- Places], Bare));
perform(T, Type, {match, Pattern}) -> in_order(Type, ets:match(T, decoded(Pattern)));
perform(T, Type, {match_object, Pattern}) -> in_order(Type, ets:match_object(T, decoded(Pattern)));
perform(T, Type, {match_limit, Pattern, Limit}) ->
    pieces(Type, Limit, fun ets:match/1, ets:match(T, decoded(Pattern), Limit));
perform(T, Type, {match_object_limit, Pattern, Limit}) ->
    pieces(Type, Limit, fun ets:match_object/1, ets:match_object(T, decoded(Pattern), Limit));
perform(T, Type, {select, Spec}) -> in_order(Type, ets:select(T, spec(Spec)));
perform(T, Type, {select_reverse, Spec}) -> in_order(Type, ets:select_reverse(T, spec(Spec)));
perform(T, Type, {select_limit, Spec, Limit}) ->
    pieces(Type, Limit, fun ets:select/1, ets:select(T, spec(Spec), Limit));
perform(T, Type, {select_reverse_limit, Spec, Limit}) ->
    pieces(Type, Limit, fun ets:select_reverse/1, ets:select_reverse(T, spec(Spec), Limit));
perform(T, _, {select_replace, Clause}) -> ets:select_replace(T, spec([Clause]));
perform(T, _, {Function, Spec}) when Function =:= select_count; Function =:= select_delete ->
    ets:Function(T, spec(Spec));
perform(T, Type, {keys}) -> in_order(Type, walk(T, next, ets:first(T)));
perform(T, Type, {keys_back}) -> in_order(Type, walk(T, prev, ets:last(T)));
perform(T, Type, {tab2list}) -> in_order(Type, ets:tab2list(T));
perform(T, Type, {foldl}) -> in_order(Type, ets:foldl(fun(Row, Rows) -> [Row | Rows] end, [], T));
perform(T, _, {size}) -> ets:info(T, size);
perform(T, _, {clear}) -> ets:delete_all_objects(T);
perform(T, Type, {Function}) -> key_in_order(Type, ets:Function(T));
perform(T, Type, {Function, Key}) when Function =:= next; Function =:= prev ->
    key_in_order(Type, ets:Function(T, decoded(Key)));
perform(T, _, {Function, Term}) -> ets:Function(T, decoded(Term)).

%% What comes at once has no order of time: OTP begins with the last row for a bag, and with the first for others.
at_once(bag, Rows) -> lists:reverse(Rows);
at_once(_, Rows) -> Rows.

one_or_all([Only], true) -> Only;
one_or_all(All, _) -> All.

count({by, N}) -> N;
count({at, Position, N}) -> {Position, N};
count({limit, Position, N, Threshold, Value}) -> {Position, N, Threshold, Value}.

spec(Clauses) -> [{decoded(Head), decoded(Guards), [decoded(Body)]} || {clause, Head, Guards, Body} <- Clauses].

walk(_, _, '$end_of_table') -> [];
walk(T, Next, Key) -> [Key | walk(T, Next, ets:Next(T, Key))].

%% Where a table has no order, the pieces may be any, but not too large.
pieces(ordered_set, _, Next, Piece) -> all_pieces(Next, Piece);
pieces(Type, Limit, Next, Piece) ->
    Pieces = all_pieces(Next, Piece),
    [] = [Large || Large <- Pieces, length(Large) > Limit],
    in_order(Type, lists:append(Pieces)).

all_pieces(_, '$end_of_table') -> [];
all_pieces(Next, {Piece, Continuation}) -> [Piece | all_pieces(Next, Next(Continuation))].

in_order(ordered_set, Terms) -> Terms;
in_order(_, Terms) -> {any_order, Terms}.

key_in_order(ordered_set, Key) -> Key;
key_in_order(_, _) -> any_key.

decoded(Term) when is_tuple(Term) ->
    [Tag | Parts] = tuple_to_list(Term),
    case Tag of
        tuple -> list_to_tuple([decoded(Part) || Part <- Parts]);
        list -> [decoded(Part) || Part <- Parts];
        binary -> list_to_binary(Parts)
    end;
decoded(Term) -> Term.

written(Tuple) when is_tuple(Tuple) -> written(tuple_to_list(Tuple));
written(List) when is_list(List) -> [written(Part) || Part <- List];
written(Binary) when is_binary(Binary) -> [bytes | binary_to_list(Binary)];
written(Float) when is_float(Float) -> float_to_binary(Float, [short]);
written(Term) -> Term.
