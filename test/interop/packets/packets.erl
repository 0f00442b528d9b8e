%% Decodes what stands in the lines of its input, and writes what came of each as one line of JSON.
-module(packets).
-export([main/0]).

main() ->
    io:setopts([{encoding, latin1}]),
    loop().

loop() ->
    case io:get_line("") of
        eof -> halt(0);
        Line ->
            [Type, Options, Bytes] = string:split(string:trim(Line, trailing, "\n"), " ", all),
            Decoded = erlang:decode_packet(type(Type), base64:decode(Bytes), options(Options)),
            io:put_chars([json(Decoded), $\n]),
            loop()
    end.

type(Text) ->
    try list_to_integer(Text) catch error:badarg -> list_to_atom(Text) end.

options(Text) ->
    Values = [list_to_integer(Value) || Value <- string:split(Text, ",", all)],
    lists:zip(lists:sublist([packet_size, line_length, line_delimiter], length(Values)), Values).

%% A tuple is an array, a list a string, a binary an object.
json(Term) when is_tuple(Term) -> ["[", lists:join(",", [json(E) || E <- tuple_to_list(Term)]), "]"];
json(undefined) -> "null";
json(Term) when is_atom(Term) -> [$", atom_to_list(Term), $"];
json(Term) when is_integer(Term) -> integer_to_list(Term);
json(Term) when is_binary(Term) -> ["{\"hex\":\"", hex(Term), "\"}"];
json(Term) when is_list(Term) -> ["{\"text\":\"", hex(list_to_binary(Term)), "\"}"].

hex(Binary) -> [io_lib:format("~2.16.0b", [Byte]) || <<Byte>> <= Binary].
