/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiConstants;
import io.aipi.client.error.AipiException;
import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.ScriptedServer;
import io.aipi.testsupport.ScriptedServer.Response;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server answers is data: it names no file, chooses no header and writes no lines into a log. */
class UntrustedResponseGuaranteeTest {

    private static final String PAGE =
            Base64.getEncoder().encodeToString("<html><script>".getBytes(StandardCharsets.UTF_8));

    private static final String PNG =
            Base64.getEncoder().encodeToString("\u0089PNG\r\n\u001a\n......".getBytes(StandardCharsets.ISO_8859_1));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "image/../../../evil.sh    | application/octet-stream | bin",
                "image/x/../../y           | application/octet-stream | bin",
                "image/x\\r\\nX-Evil: yes  | application/octet-stream | bin",
                "image/png                 | application/octet-stream | bin",
                "image/svg+xml             | image/svg+xml            | bin",
                "image/sh                  | image/sh                 | bin",
                "../../evil                | application/octet-stream | bin"
            })
    void theTypeOfAPictureIsCheckedBeforeItBecomesAHeaderOrAnExtension(String declared, String type, String extension)
            throws Exception {
        Exchange response = response("\"images\":[\"data:" + declared + ";base64," + PAGE + "\"]");

        assertThat(response.getMessage().getHeader(AipiConstants.MEDIA_TYPES)).isEqualTo(List.of(type));
        assertThat(response.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo(type);
        assertThat(response.getProperty(AipiConstants.RESULT_PROPERTY, io.aipi.client.model.JobResult.class)
                        .media())
                .singleElement()
                .satisfies(media -> assertThat(media.fileExtension()).isEqualTo(extension));
    }

    /** As the examples and the documentation write answers to files. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data:image/../../../evil.sh;base64,",
                "data:image/png;base64,",
                "data:image/sh;base64,",
                "data:text/../../x;base64,"
            })
    void aFileIsNamedByTheRouteAndItsExtensionByItsContent(String head, @TempDir Path folder) throws Exception {
        Path responses = Files.createDirectories(folder.resolve("deep/down/answers"));
        String file = "file:" + responses + "?fileName=${header.prompt}.${exchangeProperty."
                + AipiConstants.RESULT_PROPERTY + ".media[0].fileExtension}";
        for (String content : List.of(PAGE, PNG)) {
            String result =
                    "\"image\":\"" + head + content + "\",\"CamelFileName\":\"../evil\",\"fileName\":\"../evil\"";
            Exchange written = exchange(ScriptedServer.jobs(result), file);
            assertThat(written.getException()).isNull();
        }

        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile))
                    .containsExactlyInAnyOrder(responses.resolve("mine.bin"), responses.resolve("mine.png"));
        }
    }

    /** They are what tells which outputType fits. A name is the server's word: what is a key is masked, and it is in one line. */
    @Test
    void theNamesOfAResultsFieldsAreNamed_butNoKeyAndNoLineOfTheServers() throws Exception {
        Exchange failed = exchange(
                ScriptedServer.jobs("\"an a-session-key\":1,\"two\\r\\nlines\":2"),
                "aipi:chat?lazyLogin=true&outputType=text",
                "mock:out");

        assertThat(failed.getException())
                .hasMessageContaining("has no text")
                .hasMessageContaining("an xxxxxx, two  lines");
    }

    @Test
    void noFieldOfAResultBecomesAHeaderThatIsNotTheComponents() throws Exception {
        Exchange response = response(
                "\"text\":\"hello\",\"CamelFileName\":\"../../evil\",\"fileName\":\"evil\","
                        + "\"Content-Disposition\":\"attachment\",\"Exchange.OVERRULE_FILE_NAME\":\"evil\","
                        + "\"CamelOverruleFileName\":\"evil\",\"CamelHttpUri\":\"http://evil\",\"headers\":{\"CamelFileName\":\"x\"}");

        List<String> known = new ArrayList<>(List.of(Exchange.CONTENT_TYPE, "prompt"));
        for (Field constant : AipiConstants.class.getFields()) {
            known.add((String) constant.get(null));
        }
        assertThat(response.getMessage().getHeaders().keySet()).isSubsetOf(known);
        assertThat(response.getAllProperties().keySet()).noneMatch(name -> name.contains("File"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"refused", "failed", "unreadable"})
    void whatAServerSaysWritesNoLinesOfItsOwnIntoALog(String how) throws Exception {
        String words = "\"bad\\r\\n2026-01-01 ERROR forged\\u001b[2J\\u0007\"";
        Function<HttpMessage, Response> jobs = ScriptedServer.jobs("\"error\":" + words);
        Exchange failed = exchange(
                request -> {
                    if (request.line().startsWith("POST /chat ") && "refused".equals(how)) {
                        return Response.json(400, "{\"success\":false,\"error\":[" + words + "]}");
                    }
                    if (request.line().startsWith("POST /chat ") && "unreadable".equals(how)) {
                        return Response.json(500, "{\"description\":" + words + ",\"message\":" + words + "}");
                    }
                    return jobs.apply(request);
                },
                "mock:out");

        assertThat(failed.getException()).isInstanceOf(AipiException.class).hasMessageContaining("forged");
        assertThat(failed.getException().getMessage().chars())
                .noneMatch(c -> Character.isISOControl(c) && !("failed".equals(how) && c == '\n'));
    }

    private static Exchange response(String resultFields) throws Exception {
        Exchange response = exchange(ScriptedServer.jobs(resultFields), "mock:out");
        assertThat(response.getException()).isNull();
        return response;
    }

    private static Exchange exchange(Function<HttpMessage, Response> responses, String then) throws Exception {
        return exchange(responses, "aipi:chat?lazyLogin=true", then);
    }

    private static Exchange exchange(Function<HttpMessage, Response> responses, String aipi, String then)
            throws Exception {
        try (ScriptedServer server = new ScriptedServer(responses);
                TestContext test = TestContext.started(
                        server.url(),
                        null,
                        routes -> routes.from("direct:in").to(aipi).to(then))) {
            return test.context().createProducerTemplate().request("direct:in", exchange -> {
                exchange.getMessage().setBody("hi");
                exchange.getMessage().setHeader("prompt", "mine");
            });
        }
    }
}
