/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.chat;

import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.Tokens;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/** Where the user reads and writes. The route calls its methods by their names. */
public final class Terminal {

    private static final String COMMANDS =
            "/picture FILE QUESTION asks about a picture, /new begins another conversation," + " /quit ends";

    private static final Pattern PICTURE = Pattern.compile("/picture\\s+(\\S+)\\s+(.+)");

    private final BufferedReader in;
    private final PrintStream out;
    /** Whether an answer is being written. Used by one exchange at a time. */
    private volatile boolean isLineOpen;

    /** Reads lines from {@code in} and writes to {@code out}. */
    Terminal(Reader in, PrintStream out) {
        this.in = new BufferedReader(in);
        this.out = out;
    }

    /** In the charset that the system has for it. */
    static Terminal ofThisProcess() {
        String charset = System.getProperty("stdin.encoding", System.getProperty("native.encoding"));
        return new Terminal(new InputStreamReader(System.in, Charset.forName(charset)), System.out);
    }

    /** Hands each line of the user to the route, until there are no more. */
    void run(ProducerTemplate camel) throws IOException {
        out.println("Ask. " + COMMANDS + ".");
        for (String line = next(); line != null && !line.equals("/quit"); line = next()) {
            if (line.isBlank()) {
                continue;
            }
            String said = line;
            Exchange asked = camel.request(
                    "direct:line", exchange -> exchange.getMessage().setBody(said));
            if (asked.getException() != null) {
                endLine();
                out.println("No answer: " + Start.sentence(asked.getException()));
            }
        }
    }

    private String next() throws IOException {
        out.print("> ");
        out.flush();
        String line = in.readLine();
        return line == null ? null : line.strip();
    }

    /** What the user asks: the line, or of {@code /picture FILE QUESTION} the question and the picture. */
    public Object question(String line) throws IOException {
        if (!line.startsWith("/")) {
            return line;
        }
        Matcher picture = PICTURE.matcher(line);
        if (!picture.matches()) {
            throw new IllegalArgumentException("There is no such command: " + COMMANDS);
        }
        Path file = Path.of(picture.group(1));
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("There is no file " + file.toAbsolutePath());
        }
        return List.of(picture.group(2), Media.of(Files.readAllBytes(file)));
    }

    /** Shows more of the answer. */
    public void write(String words) {
        out.print(words);
        out.flush();
        isLineOpen = true;
    }

    private void endLine() {
        if (isLineOpen) {
            out.println();
            isLineOpen = false;
        }
    }

    /** Ends the answer, and tells what it cost. */
    public void end(JobResult result) {
        endLine();
        Tokens.of(result).ifPresent(tokens -> out.println("[" + tokens + "]"));
    }

    /** Shows a line of the application's. */
    public void say(String line) {
        out.println(line);
    }
}
