/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/**
 * Hears everything that any logger says, at every level, and keeps it together with what else a test has seen. Each
 * text begins with where it was seen: a logger's name or a word of the test's.
 */
final class LogCapture implements AutoCloseable {

    /** What the servers of the tests say of the requests they get is no leak of ours. */
    private static final List<String> SERVERS = List.of(
            "org.eclipse.jetty", "wiremock", "com.github.tomakehurst", "com.jayway.jsonpath", "io.aipi.simulator");

    /** WireMock's threads: as a proxy it is an HTTP client with wire logs, too. */
    private static final String SERVER_THREADS = "qtp";

    private final Map<String, Integer> seen = new ConcurrentHashMap<>();
    private final Set<String> loggers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger events = new AtomicInteger();
    private final Appender appender = new Appender();
    private final JdkHandler jdkHandler = new JdkHandler();
    private final Logger jdkRoot = Logger.getLogger("");
    /** Describes each bean in millions of lines whenever one is polled; the tests read the beans themselves. */
    private final Logger jdkManagement = Logger.getLogger("javax.management");

    private final java.util.logging.Level usualJdkLevel = jdkRoot.getLevel();
    private final List<Handler> usualJdkHandlers = List.of(jdkRoot.getHandlers());

    LogCapture() {
        appender.start();
        // a configuration of its own: one appender that hears all, no other, and no logger with a level of its own
        Configuration everything = new DefaultConfiguration();
        everything.initialize();
        LoggerConfig root = everything.getRootLogger();
        root.getAppenders().keySet().forEach(root::removeAppender);
        root.setLevel(Level.ALL);
        root.addAppender(appender, Level.ALL, null);
        SERVERS.forEach(server -> everything.addLogger(server, new LoggerConfig(server, Level.OFF, false)));
        logging().setConfiguration(everything);
        usualJdkHandlers.forEach(jdkRoot::removeHandler);
        jdkHandler.setLevel(java.util.logging.Level.ALL);
        jdkRoot.addHandler(jdkHandler);
        jdkRoot.setLevel(java.util.logging.Level.ALL);
        jdkManagement.setLevel(java.util.logging.Level.INFO);
    }

    @Override
    public void close() {
        logging().reconfigure();
        jdkRoot.removeHandler(jdkHandler);
        usualJdkHandlers.forEach(jdkRoot::addHandler);
        jdkRoot.setLevel(usualJdkLevel);
        jdkManagement.setLevel(null);
        appender.stop();
    }

    void see(String where, Object what) {
        see(where + " " + what);
    }

    void see(String where, Throwable failure) {
        if (failure != null) {
            StringWriter text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            see(where + " " + text);
            // printStackTrace leaves out what getMessage() would say in another class's words
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                see(where + " " + cause.getMessage() + " " + cause.getLocalizedMessage());
            }
        }
    }

    void forget(Predicate<String> texts) {
        seen.keySet().removeIf(texts);
    }

    private void see(String text) {
        seen.merge(text, 1, Integer::sum);
    }

    Set<String> seen() {
        return seen.keySet();
    }

    /** How often something was seen with these words in it. */
    int times(String words) {
        return seen.entrySet().stream()
                .filter(text -> text.getKey().contains(words))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    int events() {
        return events.get();
    }

    /** The names of the loggers that have said something. */
    Set<String> loggers() {
        return loggers;
    }

    /** The texts with the secret in them, each cut down to what is around it. */
    List<String> textsWith(String secret) {
        return seen.keySet().stream()
                .filter(text -> text.contains(secret))
                .map(text -> around(secret, text))
                .distinct()
                .toList();
    }

    private static String around(String secret, String text) {
        int at = text.indexOf(secret);
        String where = text.substring(0, Math.min(text.length(), 100));
        return where + " ... " + text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 200));
    }

    private void heard(String logger, String text) {
        events.incrementAndGet();
        loggers.add(logger);
        see(logger + " " + text);
    }

    private static LoggerContext logging() {
        return (LoggerContext) LogManager.getContext(false);
    }

    private final class Appender extends AbstractAppender {

        Appender() {
            super("recorder", null, null, false, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            if (event.getThreadName().startsWith(SERVER_THREADS)) {
                return;
            }
            String logger = event.getLoggerName();
            heard(
                    logger,
                    event.getMessage().getFormattedMessage() + " [" + event.getThreadName() + "] "
                            + event.getContextData() + event.getContextStack() + event.getMarker());
            see(logger, event.getThrown());
        }
    }

    private final class JdkHandler extends Handler {

        @Override
        public void publish(LogRecord message) {
            String logger = String.valueOf(message.getLoggerName());
            heard(logger, message.getMessage() + " " + Arrays.toString(message.getParameters()));
            see(logger, message.getThrown());
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
