/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support;

import io.aipi.client.error.AipiException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The start of an example: it succeeds, or ends with one sentence that says what to do. */
public final class Start {

    /** Longer messages are cut: somebody else's, whose beginning says what is wrong. */
    private static final int LONGEST_SENTENCE = 1_000;

    private Start() {}

    /** What an example does when it starts. */
    public interface Program {

        /** Starts, or fails. */
        void run() throws Exception;
    }

    /**
     * Runs the program. A failure becomes one sentence on the error stream, and ends the process with exit code 1: that of
     * Maven, if the program runs in it, whose own account of the failure would take a page.
     */
    public static void run(Program program) {
        try {
            program.run();
        } catch (Exception | LinkageError e) {
            end(e);
        }
    }

    /** Says why there was no start, and ends the process with exit code 1. */
    public static void end(Throwable failure) {
        System.out.flush();
        System.err.println("Not started: " + sentence(failure));
        System.err.flush();
        // not System.exit: Camel's shutdown hook waits for the thread that is here
        Runtime.getRuntime().halt(1);
    }

    /** The value of a system property, or of the environment {@link #variable} for it; empty if blank. */
    public static Optional<String> setting(String name) {
        return Optional.ofNullable(System.getProperty(name))
                .filter(value -> !value.isBlank())
                .or(() -> Optional.ofNullable(System.getenv(variable(name))).filter(value -> !value.isBlank()))
                .map(String::strip);
    }

    /** The environment variable for a property: {@code a.b-c} is {@code A_B_C}. */
    public static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** The value of a setting that is a port. */
    public static int port(String option, String usual) {
        String value = setting(option).orElse(usual);
        if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > 65_535) {
            throw new StartException(
                    "The port must be a number from 0 to 65535, not " + value + ": change -D" + option);
        }
        return Integer.parseInt(value);
    }

    /**
     * Makes sure that the example can listen on a port, before anything is started that would not end by itself.
     *
     * @param host the address to listen on
     * @param port the port; 0 is any free port
     * @param option the property that names the port
     * @throws StartException if somebody else listens there; it names the port and the option
     */
    public static void requireFree(String host, int port, String option) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (BindException e) {
            throw new StartException("Port " + port + " on " + host + " cannot be used (" + e.getMessage()
                    + "): end the program that uses it, or name another port with -D" + option + "=PORT");
        } catch (IOException e) {
            throw new StartException("Nobody can listen on " + host + " (" + e + "): name another address");
        }
    }

    /** What to say of a failure: the message of the first exception that is not there just to carry another one. */
    public static String sentence(Throwable failure) {
        Throwable telling = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartException || cause instanceof AipiException) {
                return oneLine(cause.getMessage());
            }
            if (isWrapper(telling)) {
                telling = cause;
            }
        }
        Throwable root = telling;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String words = words(telling);
        return oneLine(root == telling || words.contains(words(root)) ? words : words + ": " + words(root));
    }

    private static boolean isWrapper(Throwable failure) {
        return failure.getCause() != null
                && (failure instanceof CompletionException
                        || failure instanceof ExecutionException
                        || failure instanceof InvocationTargetException
                        || failure.getClass().getName().startsWith("org.apache.camel.")
                        || failure.getClass().getName().startsWith("org.springframework.beans.")
                        || failure.getClass().getName().startsWith("org.springframework.context.")
                        || failure.getMessage() == null
                        || failure.getMessage().equals(failure.getCause().toString()));
    }

    private static String words(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    private static String oneLine(String message) {
        String line = message.replaceAll("\\s*\\R\\s*", " ").strip();
        return line.length() <= LONGEST_SENTENCE ? line : line.substring(0, LONGEST_SENTENCE) + " ...";
    }
}
