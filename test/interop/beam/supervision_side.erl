%% The supervisors of supervision_program.ts on the BEAM; run/1 gives what happened, in order.
-module(supervision_side).
-behaviour(supervisor).
-export([run/1, start_child/2, init/1, handle_call/3, handle_cast/2, terminate/2]).

run({Strategy, Intensity, AutoShutdown, Children, Ops}) ->
    process_flag(trap_exit, true),
    Table = ets:new(notes, [public, ordered_set]),
    Flags = #{strategy => Strategy, intensity => Intensity, period => 1000, auto_shutdown => AutoShutdown},
    Started = supervisor:start_link(?MODULE, {sup, Flags, [spec(Table, Child) || Child <- Children]}),
    Sup = case Started of
              {ok, Pid} -> settled(Table, Pid);
              _ -> gone
          end,
    note(Table, [start_link, Started]),
    perform_all(Table, Sup, Ops),
    [written(What) || {Nth, What} <- ets:tab2list(Table), is_integer(Nth)].

perform_all(_, gone, _) -> ok;
perform_all(_, _, []) -> ok;
perform_all(Table, Sup, [Op | Ops]) ->
    Given = try perform(Table, Sup, Op)
            catch exit:{Reason, {gen_server, call, _}} -> {raised, Reason}
            end,
    case Given of
        noted -> ok;
        _ -> note(Table, [element(1, Op), Given])
    end,
    perform_all(Table, settled(Table, Sup), Ops).

perform(Table, _, {'end', Id, Ending}) ->
    Pid = case ets:lookup(Table, {pid, Id}) of
              [{_, Found}] -> Found;
              [] -> undefined
          end,
    There = is_pid(Pid) andalso is_process_alive(Pid),
    note(Table, ['end', There]),
    case There of
        false -> ok;
        true when Ending =:= kill -> exit(Pid, kill);
        true -> gen_server:cast(Pid, Ending)
    end,
    noted;
perform(Table, Sup, {start_child, Child}) -> supervisor:start_child(Sup, spec(Table, Child));
perform(_, Sup, {count_children}) ->
    Counts = supervisor:count_children(Sup),
    [proplists:get_value(Key, Counts) || Key <- [specs, active, supervisors, workers]];
perform(_, Sup, {get_childspecs}) ->
    [case supervisor:get_childspec(Sup, Id) of
         {ok, #{id := I, restart := R, shutdown := S, significant := X, type := T}} -> [I, R, S, X, T];
         Error -> Error
     end || Id <- [0, 1, 2, 3]];
perform(Table, Sup, {stop, Reason}) ->
    note(Table, [stop]),
    exit(Sup, Reason),
    noted;
perform(_, Sup, {Function, Id}) -> supervisor:Function(Sup, Id).

%% What is left to do is done; then: who is there, or that nobody is any more.
settled(Table, Sup) ->
    stillness:await(fun() -> [{Pid, stillness:state(Pid, [{gen_server, loop}])} || Pid <- family(Sup)] end),
    case is_process_alive(Sup) of
        true ->
            note(Table, [children, supervisor:which_children(Sup)]),
            Sup;
        false ->
            receive {'EXIT', Sup, Reason} -> note(Table, [ended, Reason]) end,
            gone
    end.

%% A child is linked until the supervisor has heard of its end.
family(Sup) ->
    case process_info(Sup, links) of
        {links, Links} -> lists:delete(self(), Links) ++ [Sup];
        undefined -> [Sup]
    end.

note(Table, What) -> ets:insert(Table, {erlang:unique_integer([monotonic]), What}).

written(Pid) when is_pid(Pid) -> pid;
written(Tuple) when element(1, Tuple) =:= child -> [child, written(element(3, Tuple))];
written(Tuple) when is_tuple(Tuple) -> written(tuple_to_list(Tuple));
written(List) when is_list(List) -> [written(Part) || Part <- List];
written(Term) -> Term.

%% ---- The children

spec(Table, {child, Id, Restart, Shutdown, Significant, Trap, Fails, Ignored}) ->
    #{id => Id, restart => Restart, shutdown => Shutdown, significant => Significant,
      start => {?MODULE, start_child, [Table, {Id, Trap, Fails, Ignored}]}, modules => []}.

start_child(Table, {Id, Trap, Fails, Ignored}) ->
    Nth = ets:update_counter(Table, {starts, Id}, 1, {{starts, Id}, 0}),
    gen_server:start_link(?MODULE, {child, Table, Id, Nth, Trap, Fails, Ignored}, []).

init({sup, Flags, Specs}) -> {ok, {Flags, Specs}};
init({child, Table, Id, Nth, Trap, Fails, Ignored}) ->
    note(Table, [starts, Id, Nth]),
    case {lists:member(Nth, Fails), lists:member(Nth, Ignored)} of
        {true, _} -> {stop, fails};
        {_, true} -> ignore;
        _ ->
            process_flag(trap_exit, Trap),
            ets:insert(Table, {{pid, Id}, self()}),
            {ok, {Table, Id, Nth}}
    end.

handle_call(_, _, State) -> {noreply, State}.
handle_cast(Ending, State) -> {stop, Ending, State}.
terminate(Reason, {Table, Id, Nth}) -> note(Table, [ends, Id, Nth, Reason]).
