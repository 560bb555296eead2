/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.fuzz;

import io.aipi.camel.MessageFuzz;
import io.aipi.camel.UriFuzz;
import io.aipi.client.contract.Transcript;
import io.aipi.client.internal.job.EndpointFuzz;
import io.aipi.client.internal.job.FollowFuzz;
import io.aipi.client.internal.job.FuzzedServer;
import io.aipi.client.internal.job.LoginFuzz;
import io.aipi.client.internal.job.ProgressFuzz;
import io.aipi.client.internal.job.SubmitFuzz;
import io.aipi.client.internal.wire.ResultFuzz;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What is fuzzed, and what is known to be of interest to it: recorded responses, and a few that no server should give. */
@SuppressWarnings("ImmutableEnumChecker") // functions without a state
enum FuzzTarget {
    LOGIN(LoginFuzz.class, LoginFuzz::fuzzerTestOneInput, FuzzTarget::logins),
    SUBMIT(SubmitFuzz.class, SubmitFuzz::fuzzerTestOneInput, FuzzTarget::responses),
    PROGRESS(ProgressFuzz.class, ProgressFuzz::fuzzerTestOneInput, FuzzTarget::responses),
    FOLLOW(FollowFuzz.class, FollowFuzz::fuzzerTestOneInput, FuzzTarget::series),
    RESULT(ResultFuzz.class, ResultFuzz::fuzzerTestOneInput, FuzzTarget::results),
    ENDPOINT(EndpointFuzz.class, EndpointFuzz::fuzzerTestOneInput, FuzzTarget::endpoints),
    URI(UriFuzz.class, UriFuzz::fuzzerTestOneInput, FuzzTarget::uris),
    MESSAGE(MessageFuzz.class, MessageFuzz::fuzzerTestOneInput, FuzzTarget::messages);

    /** Longer recorded responses are pictures, which would only slow down the search. */
    private static final int LONGEST_SEED = 4_096;

    /** Keys in all places that a message may quote, and other things that no server should say. */
    private static final List<String> BAD_ANSWERS = Stream.of(
                    "{'error':'no KEY'}",
                    "{'error':['no','KEY']}",
                    "{'error':{'message':'KEY'}}",
                    "{'message':'KEY','status':500,'description':'x'}",
                    "{'success':false,'error':'max queue length KEY'}",
                    "{'job_id':'KEY'}",
                    "{'job_id':'JID1','error':'KEY'}",
                    "{'job_state':'KEY'}",
                    "{'success':true,'job_state':'done','job_result':{'error':'KEY'}}",
                    "{'success':true,'job_state':'done','job_result':{'error':['KEY'],'text':'x'}}",
                    "{'success':true,'job_state':'done','job_result':{'text':'x','job_id':'JID1','progress_data':[1]}}",
                    "{'job_state':'processing','progress':{'progress':'50%','estimate':-1,'queue_position':1e99,"
                            + "'auth_key':'KEY','progress_data':{'text':'so far','progress_images':['R0lGODlh']}}}",
                    "{'client_session_auth_key':'KEY','key':'KEY'}",
                    "{'client_session_auth_key':'','success':false,'error':'Key KEY not valid'}",
                    "{'image':'data:image/png;base64,iVBORw0KGgo=','images':['R0lGODlhAA','R0lG\\nODlhAA==']}",
                    "{'x':'data:text/a\\r\\nb;rate=1;base64,AAEC','n':NaN,'i':-Infinity,'b':123456789012345678901}",
                    "{'a':{'a':[[],[{}]]},'a':1,'':null,'\\ud83d':true,'e':1e-400,'d':0.1}")
            .map(json -> json.replace('\'', '"'))
            .flatMap(json ->
                    Stream.of(json.replace("KEY", FuzzedServer.API_KEY), json.replace("KEY", FuzzedServer.SESSION_KEY)))
            .distinct()
            .toList();

    private final Class<?> type;
    private final Consumer<byte[]> test;
    private final Supplier<Stream<byte[]>> seeds;

    FuzzTarget(Class<?> type, Consumer<byte[]> test, Supplier<Stream<byte[]>> seeds) {
        this.type = type;
        this.test = test;
        this.seeds = seeds;
    }

    /** The class that the fuzzer calls. */
    String className() {
        return type.getName();
    }

    /** One run, here and now. */
    void run(byte[] input) {
        test.accept(input);
    }

    List<byte[]> seeds() {
        return seeds.get().toList();
    }

    private static Stream<Transcript> transcripts() {
        return Transcript.index().stream()
                .filter(entry -> FuzzTarget.class.getResource("/transcripts/" + entry.file()) != null)
                .map(entry -> Transcript.number(entry.number()))
                .filter(transcript -> transcript.status() != null)
                .filter(transcript -> transcript.responseBytes().length <= LONGEST_SEED);
    }

    private static Stream<byte[]> responses() {
        Stream<byte[]> recorded =
                transcripts().map(transcript -> FuzzedServer.response(transcript.status(), transcript.responseBytes()));
        Stream<byte[]> bad = BAD_ANSWERS.stream()
                .flatMap(json -> Stream.of(200, 400, 401, 402, 500)
                        .map(status -> FuzzedServer.response(status, json.getBytes(StandardCharsets.UTF_8))));
        return Stream.concat(recorded, bad).map(response -> FuzzedServer.input(0, response));
    }

    private static Stream<byte[]> logins() {
        byte[] noRoute = FuzzedServer.response(404, new byte[0]);
        return responses().flatMap(input -> {
            byte[] response = Arrays.copyOfRange(input, 1, input.length);
            return Stream.of(input, FuzzedServer.input(0, noRoute, response));
        });
    }

    /** The recorded responses to polls, in series that end well, badly and never. */
    private static Stream<byte[]> series() {
        Map<Integer, byte[]> known = new TreeMap<>();
        for (int number : new int[] {16, 17, 19, 25, 26, 80, 89, 145}) {
            Transcript transcript = Transcript.number(number);
            known.put(number, FuzzedServer.response(transcript.status(), transcript.responseBytes()));
        }
        byte[] garbage = FuzzedServer.response(200, "<html>".getBytes(StandardCharsets.UTF_8));
        byte[] broken = FuzzedServer.response(502, new byte[0]);
        List<byte[]> series = new ArrayList<>();
        for (int flags = 0; flags < 4; flags++) {
            series.add(FuzzedServer.input(flags, known.get(17), known.get(16), known.get(19), known.get(25)));
            series.add(FuzzedServer.input(flags, known.get(19), garbage, known.get(26)));
            series.add(FuzzedServer.input(flags, known.get(19), broken, known.get(145), known.get(19), known.get(89)));
            series.add(FuzzedServer.input(flags, known.get(145)));
            series.add(FuzzedServer.input(flags, known.get(16)));
            series.add(FuzzedServer.input(flags, known.get(17), known.get(80)));
        }
        return Stream.concat(series.stream(), responses());
    }

    private static Stream<byte[]> results() {
        return Stream.concat(
                transcripts().map(Transcript::responseBytes),
                BAD_ANSWERS.stream().map(json -> json.getBytes(StandardCharsets.UTF_8)));
    }

    private static Stream<byte[]> endpoints() {
        byte[] described = FuzzedServer.response(
                200,
                ("{\"name\":\"chat\",\"endpoints\":[\"chat\",\"other\"],\"success\":true,"
                                + "\"parameter_description\":{\"input\":{\"prompt\":{\"type\":\"string\",\"required\":true,"
                                + "\"supported\":[\"a\",null]},\"n\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9},"
                                + "\"f\":{\"type\":\"float\",\"default\":1.5},\"b\":{\"type\":\"bool\"},"
                                + "\"i\":{\"type\":\"image\"},\"j\":{\"type\":\"json\"}},\"output\":{}}}")
                        .getBytes(StandardCharsets.UTF_8));
        byte[] parameters =
                "\0n=+5\nf=1e3\nb=TRUE\ni=data:image/png;base64,AA\nj={}\nx=-0\nkey=1".getBytes(StandardCharsets.UTF_8);
        byte[] accepted = FuzzedServer.response(200, "{\"job_id\":\"JID1\"}".getBytes(StandardCharsets.UTF_8));
        byte[] withParameters = FuzzedServer.input(0, described, accepted, parameters);
        return Stream.concat(responses(), Stream.of(0, 1, 2, 3).map(flags -> {
            byte[] input = withParameters.clone();
            input[0] = flags.byteValue();
            return input;
        }));
    }

    private static Stream<byte[]> uris() {
        return Stream.of(
                        "llama2_chat",
                        "",
                        "//chat",
                        "chat/../other",
                        "a b?param.prompt=%20",
                        "chat?param.temperature=0.7&param.x=RAW(a&b)&promptParameter=text",
                        "chat?apiKey=RAW(secret&key)&user=me&loginMode=endpoint&lazyLogin=true",
                        "chat?serverUrl=http://[::1]:99999/&requestTimeout=PT0S",
                        "chat?jobTimeout=1h&pollInterval=2s&maxPollInterval=1s&queueFullTimeout=-1",
                        "chat?holdConnection=true&progressUri=direct:x&waitForResult=false",
                        "chat?maxInFlight=-1&concurrentConsumers=0&maximumRedeliveries=x",
                        "chat?operation=list&outputType=images&consumeProgress=true&deadLetterUri=mock:x",
                        "chat?maxConnections=0&maxResponseSize=99999999999&proxyHost=x&proxyPort=0",
                        "chat?unknown=1",
                        "ch\u00e4t%2F%00?param.\ud83d\ude00=%")
                .map(uri -> uri.getBytes(StandardCharsets.UTF_8));
    }

    private static Stream<byte[]> messages() {
        List<String> texts = new ArrayList<>(List.of(
                "\nhello",
                "application/json\n{\"prompt\":\"hello\",\"seed\":1e400,\"a\":[{\"b\":null}]}",
                "application/json\n\"hello\"",
                "text/plain;charset=utf-16\nhello",
                "text/plain; charset='\nhello",
                "application/x+json\nnull",
                "x\ntext=hello\nseed=7\nscale=1.5\nsharp=false\nimage=data:image/png;base64,AA\nchat_context=[]",
                "x\nkey=1\njob_id=2",
                "{\"text\":\"hello\",\n\"images\":[\"R0lGODlhAA\"],\"seed\":12}",
                "{\"x\":\"data:text/a;base64,AAEC\",\n\"y\":[1]}"));
        return Stream.iterate(0, flags -> flags < 32, flags -> flags + 1)
                .flatMap(flags -> texts.stream().map(text -> {
                    byte[] bytes = (" " + text).getBytes(StandardCharsets.UTF_8);
                    bytes[0] = flags.byteValue();
                    return bytes;
                }));
    }
}
