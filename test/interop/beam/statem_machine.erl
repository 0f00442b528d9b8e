%% The machines of statem_program.ts on the BEAM: what they are called for, and what they give.
-module(statem_machine).
-export([prepare/0, init/1, callback_mode/1, called/6, terminate/4]).
-export([get_from/2, fresh/1, note/2, check_time/2, elapsed/1, now_ms/0, type/1, type_of/1]).

-define(SLOTS_IN_A_PAUSE, 5).

%% ---- The modules: they differ by name, and in how they want to be called

prepare() ->
    case code:is_loaded(statem_1) of
        false -> [make_module(Nth) || Nth <- [1, 2, 3]];
        _ -> made
    end.

make_module(Nth) ->
    Source = ["-module(statem_@).\n"
              "-export([init/1, callback_mode/0, handle_event/4, a/3, b/3, c/3, terminate/3]).\n"
              "init(World) -> statem_machine:init(World).\n"
              "callback_mode() -> statem_machine:callback_mode(@).\n"
              "handle_event(T, C, S, D) -> statem_machine:called(@, any, T, C, S, D).\n",
              [[S, "(T, C, D) -> statem_machine:called(@, own, T, C, ", S, ", D).\n"] || S <- ["a", "b", "c"]],
              "terminate(R, S, D) -> statem_machine:terminate(@, R, S, D).\n"],
    {ok, Tokens, _} = erl_scan:string(lists:flatten(string:replace(Source, "@", integer_to_list(Nth), all))),
    {ok, Module, Code} = compile:forms(forms(Tokens)),
    {module, Module} = code:load_binary(Module, "none", Code).

forms([]) -> [];
forms(Tokens) ->
    {Form, [Dot | Rest]} = lists:splitwith(fun(Token) -> element(1, Token) =/= dot end, Tokens),
    {ok, Parsed} = erl_parse:parse_form(Form ++ [Dot]),
    [Parsed | forms(Rest)].

%% ---- The machine

init(World) ->
    put(world, World),
    process_flag(trap_exit, get_from(World, trap)),
    case get_from(World, init) of
        {ok, State, Actions} -> with_actions({ok, State, 0}, World, Actions);
        {stop} -> {stop, boom};
        {ignore} -> ignore;
        {bad} -> nonsense
    end.

callback_mode(Nth) ->
    case lists:nth(Nth, get_from(get(world), modes)) of
        {mode, Mode, true} -> [Mode, state_enter];
        {mode, Mode, false} -> Mode
    end.

called(Nth, How, Type, Content, State, Data) ->
    World = get(world),
    note(World, [Nth, How, type(Type), Content, State, Data]),
    case Content of
        {due, Slot} -> get_from(World, was_suspended) orelse check_time(World, Slot);
        _ -> ok
    end,
    remember(World, Type),
    Which = case Type of enter -> enters; _ -> tape end,
    case get_from(World, Which) of
        [{reaction, Transition, NewData, Actions, Thrown} | Tape] ->
            ets:insert(World, {Which, Tape}),
            Result = result(World, Transition, NewData, Actions),
            Thrown andalso throw(Result),
            Result;
        [] -> keep_state_and_data
    end.

terminate(Nth, Reason, State, Data) -> note(get(world), [Nth, terminate, Reason, State, Data]).

remember(World, {call, From}) ->
    Seen = get_from(World, seen),
    case lists:member(From, Seen) of
        true -> ok;
        false -> ets:insert(World, [{seen, [From | Seen]}, {froms, get_from(World, froms) ++ [From]}])
    end;
remember(_, _) -> ok.

result(World, {next_state, State}, Data, Actions) -> with_actions({next_state, State, Data}, World, Actions);
result(World, {Keep}, Data, Actions) when Keep =:= keep_state; Keep =:= repeat_state ->
    with_actions({Keep, Data}, World, Actions);
result(_, {plain_stop}, _, _) -> stop;
result(_, {Keep}, _, {none}) -> Keep;
result(World, {Keep}, _, Actions) -> with_actions({Keep}, World, Actions);
result(_, {stop, Reason}, _, _) -> {stop, Reason};
result(_, {stop_with, Reason}, Data, _) -> {stop, Reason, Data};
result(World, {stop_and_reply, Reason}, _, _) -> {stop_and_reply, Reason, replies(World)};
result(World, {stop_and_reply_with, Reason}, Data, _) -> {stop_and_reply, Reason, replies(World), Data};
result(_, {exit, Reason}, _, _) -> exit(Reason);
result(_, {error, Reason}, _, _) -> error(Reason);
result(_, {bad, Term}, _, _) -> Term.

replies(World) ->
    Froms = get_from(World, froms),
    ets:insert(World, {froms, []}),
    [{reply, From, fresh(World)} || From <- Froms].

with_actions(Result, _, {none}) -> Result;
with_actions(Result, World, {bare, Asked}) ->
    case action(World, Asked) of
        skip -> erlang:append_element(Result, []);
        Action -> erlang:append_element(Result, Action)
    end;
with_actions(Result, World, {list, Asked}) ->
    erlang:append_element(Result, [Action || One <- Asked, Action <- [action(World, One)], Action =/= skip]).

action(_, {zero}) -> 0;
action(_, {Action}) when Action =/= reply -> Action;
action(_, {postpone_if, On}) -> {postpone, On};
action(_, {hibernate_if, On}) -> {hibernate, On};
action(World, {reply}) ->
    case get_from(World, froms) of
        [From | Froms] ->
            ets:insert(World, {froms, Froms}),
            {reply, From, fresh(World)};
        [] -> skip
    end;
action(World, {next_event, call}) ->
    case get_from(World, froms) of
        [From | _] -> {next_event, {call, From}, fresh(World)};
        [] -> skip
    end;
action(World, {next_event, {Name, _}}) -> {next_event, type_of(Name), fresh(World)};
action(World, {next_event, Type}) -> {next_event, Type, fresh(World)};
action(World, {'after', {Name, Position}, Laps}) ->
    Due = due(World, Position, Laps),
    {type_of(Name), Due * get_from(World, slot) - elapsed(World), {due, Due}};
action(World, {at, {Name, Position}, Laps}) ->
    Due = due(World, Position, Laps),
    {type_of(Name), get_from(World, started) + Due * get_from(World, slot), {due, Due}, [{abs, true}]};
action(World, {now, {Name, _}}) -> {type_of(Name), 0, fresh(World)};
action(World, {never, {Name, _}}) -> {type_of(Name), infinity, fresh(World)};
action(_, {cancel, {Name, _}}) -> {type_of(Name), cancel};
action(World, {update, {Name, _}}) -> {type_of(Name), update, fresh(World)};
action(_, {bad_action, Term}) -> Term;
action(_, {Change, Nth}) -> {Change, list_to_atom("statem_" ++ integer_to_list(Nth))}.

%% The next slot of this position in a pause, some pauses later.
due(World, Position, Laps) ->
    Now = elapsed(World) div get_from(World, slot),
    Wait = (Position - Now - 1) rem ?SLOTS_IN_A_PAUSE,
    Now + 1 + (Wait + ?SLOTS_IN_A_PAUSE) rem ?SLOTS_IN_A_PAUSE + Laps * ?SLOTS_IN_A_PAUSE.

type_of(Name) when Name =:= x; Name =:= y -> {timeout, Name};
type_of(Name) -> Name.

type({call, _}) -> call;
type(Type) -> Type.

%% ---- What a program knows

get_from(World, Key) -> ets:lookup_element(World, Key, 2).

fresh(World) -> ets:update_counter(World, number, 1).

note(World, What) -> ets:insert(World, {erlang:unique_integer([monotonic]), What}).

now_ms() -> erlang:monotonic_time(millisecond).
elapsed(World) -> now_ms() - get_from(World, started).

%% What comes half a slot too late makes the trace worthless.
check_time(World, Due) ->
    Slot = get_from(World, slot),
    Late = elapsed(World) - Due * Slot > Slot div 2,
    ets:insert(World, {late, Late orelse get_from(World, late)}).
