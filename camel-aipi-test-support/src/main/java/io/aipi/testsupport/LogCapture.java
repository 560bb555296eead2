/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/**
 * Keeps what is logged until it is closed, together with what else a test has seen. Each text begins with where it was
 * seen: a logger's name or a word of the test's.
 */
public final class LogCapture implements AutoCloseable {

    /** What the servers of the tests say of the requests they get is no leak of ours. */
    private static final List<String> SERVERS = List.of(
            "org.eclipse.jetty", "wiremock", "com.github.tomakehurst", "com.jayway.jsonpath", "io.aipi.simulator");

    /** WireMock's threads: as a proxy it is an HTTP client with wire logs, too. */
    private static final String SERVER_THREADS = "qtp";

    /** {@code level} is null for what the test has seen itself; {@code more} is what a log pattern may add to the message. */
    private record Seen(Level level, String where, String message, String more) {

        String text() {
            return where + " " + message + more;
        }
    }

    /** How often each was seen: most lines of the lowest levels are seen again and again. */
    private final Map<Seen, Integer> counts = new ConcurrentHashMap<>();

    private final Queue<Seen> inOrder = new ConcurrentLinkedQueue<>();
    private final AtomicInteger events = new AtomicInteger();
    private final Appender appender = new Appender();
    private Runnable undo = () -> {};

    private LogCapture() {
        appender.start();
    }

    /** What one class logs. */
    public static LogCapture of(Class<?> source) {
        LogCapture capture = new LogCapture();
        Logger logger = (Logger) LogManager.getLogger(source);
        logger.addAppender(capture.appender);
        capture.undo = () -> logger.removeAppender(capture.appender);
        return capture;
    }

    /** What is logged from a level on, as far as the configuration lets it. */
    public static LogCapture from(Level level) {
        LogCapture capture = new LogCapture();
        LoggerConfig root = logging().getConfiguration().getRootLogger();
        root.addAppender(capture.appender, level, null);
        logging().updateLoggers();
        capture.undo = () -> {
            root.removeAppender(capture.appender.getName());
            logging().updateLoggers();
        };
        return capture;
    }

    /** What all loggers say at every level, those of the JDK among them, but not those of the tests' servers. */
    public static LogCapture everything() {
        LogCapture capture = new LogCapture();
        // a configuration of its own: one appender that hears all, no other, and no logger with a level of its own
        Configuration everything = new DefaultConfiguration();
        everything.initialize();
        LoggerConfig root = everything.getRootLogger();
        root.getAppenders().keySet().forEach(root::removeAppender);
        root.setLevel(Level.ALL);
        root.addAppender(capture.appender, Level.ALL, null);
        SERVERS.forEach(server -> everything.addLogger(server, new LoggerConfig(server, Level.OFF, false)));
        logging().setConfiguration(everything);
        JdkHandler jdk = capture.new JdkHandler();
        jdk.takeOver();
        capture.undo = () -> {
            logging().reconfigure();
            jdk.giveBack();
        };
        return capture;
    }

    private static LoggerContext logging() {
        return (LoggerContext) LogManager.getContext(false);
    }

    @Override
    public void close() {
        undo.run();
        appender.stop();
    }

    public void see(String where, Object what) {
        add(null, where, String.valueOf(what), "");
    }

    public void see(String where, Throwable failure) {
        if (failure != null) {
            add(null, where, textOf(failure), "");
        }
    }

    private void add(Level level, String where, String message, String more) {
        Seen seen = new Seen(level, where, message, more);
        if (level != null) {
            events.incrementAndGet();
        }
        if (counts.merge(seen, 1, Integer::sum) == 1) {
            inOrder.add(seen);
        }
    }

    private static String textOf(Throwable failure) {
        StringWriter text = new StringWriter();
        if (failure != null) {
            failure.printStackTrace(new PrintWriter(text));
            // printStackTrace leaves out what getMessage() would say in another class's words
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                text.append(' ').append(cause.getMessage());
                text.append(' ').append(cause.getLocalizedMessage());
            }
        }
        return text.toString();
    }

    public void forget(Predicate<String> texts) {
        inOrder.removeIf(seen -> texts.test(seen.text()));
        counts.keySet().removeIf(seen -> texts.test(seen.text()));
    }

    /** All texts, each once. */
    public Set<String> seen() {
        return inOrder.stream().map(Seen::text).collect(Collectors.toSet());
    }

    /** How often something was seen with these words in it. */
    public int times(String words) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().text().contains(words))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** The texts with these words in them, each cut down to what is around them. */
    public List<String> textsWith(String words) {
        return inOrder.stream()
                .map(Seen::text)
                .filter(text -> text.contains(words))
                .map(text -> around(words, text))
                .distinct()
                .toList();
    }

    private static String around(String words, String text) {
        int at = text.indexOf(words);
        String where = text.substring(0, Math.min(text.length(), 100));
        return where + " ... " + text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 200));
    }

    private Stream<Seen> logged() {
        return inOrder.stream().filter(seen -> seen.level() != null);
    }

    /** How much was logged, what has been forgotten since included. */
    public int events() {
        return events.get();
    }

    /** The names of the loggers that have said something. */
    public Set<String> loggers() {
        return logged().map(Seen::where).collect(Collectors.toSet());
    }

    /** The levels and names of the loggers that have said these words: {@code WARN:io.aipi.camel.AipiConsumer}. */
    public List<String> loggersThatSaid(String words) {
        return logged().filter(seen -> seen.text().contains(words))
                .map(seen -> seen.level() + ":" + seen.where())
                .distinct()
                .sorted()
                .toList();
    }

    /** The messages that were logged, in the order in which each was logged first, each as often as it was logged. */
    public List<String> messages() {
        return messages(logged());
    }

    /** Those of this level. */
    public List<String> messages(Level level) {
        return messages(logged().filter(seen -> seen.level().equals(level)));
    }

    private List<String> messages(Stream<Seen> some) {
        return some.flatMap(seen -> Collections.nCopies(counts.get(seen), seen.message()).stream())
                .toList();
    }

    private final class Appender extends AbstractAppender {

        Appender() {
            super("capture", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            if (!event.getThreadName().startsWith(SERVER_THREADS)) {
                add(
                        event.getLevel(),
                        event.getLoggerName(),
                        event.getMessage().getFormattedMessage(),
                        " [" + event.getThreadName() + "] " + event.getContextData() + event.getContextStack()
                                + event.getMarker() + " " + textOf(event.getThrown()));
            }
        }
    }

    private final class JdkHandler extends Handler {

        private final java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
        /** Describes each bean in millions of lines whenever one is looked at; the tests read the beans themselves. */
        private final java.util.logging.Logger management = java.util.logging.Logger.getLogger("javax.management");

        private final java.util.logging.Level usualLevel = root.getLevel();
        private final List<Handler> usualHandlers = List.of(root.getHandlers());

        private void takeOver() {
            usualHandlers.forEach(root::removeHandler);
            setLevel(java.util.logging.Level.ALL);
            root.addHandler(this);
            root.setLevel(java.util.logging.Level.ALL);
            management.setLevel(java.util.logging.Level.INFO);
        }

        private void giveBack() {
            root.removeHandler(this);
            usualHandlers.forEach(root::addHandler);
            root.setLevel(usualLevel);
            management.setLevel(null);
        }

        @Override
        public void publish(LogRecord message) {
            add(
                    Level.toLevel(message.getLevel().getName(), Level.TRACE),
                    String.valueOf(message.getLoggerName()),
                    String.valueOf(message.getMessage()),
                    " " + Arrays.toString(message.getParameters()) + " " + textOf(message.getThrown()));
        }

        @Override
        public void flush() {
            // keeps nothing back
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
