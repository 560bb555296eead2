/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.control;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A Java process of the harness, the parent's end of its control channel. It ends with its parent. */
public final class ChildProcess implements AutoCloseable {

    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    /** How long a process may take to end by itself when its input has ended. */
    private static final Duration FAREWELL = Duration.ofSeconds(3);

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly), "benchmark-children"));
    }

    private final String name;
    private final Process process;
    private final Writer commands;
    private final BlockingQueue<Line> responses = new LinkedBlockingQueue<>();

    private record Line(String text, long receivedNanos) {}

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        Thread reader = new Thread(this::read, "benchmark-answers");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a process with this process's Java and class path.
     *
     * @param main the class to run
     * @param log the file that gets its standard error
     * @param jvm options of the JVM
     * @param arguments arguments of the program
     * @return the process, which has not said anything yet
     */
    public static ChildProcess start(Class<?> main, Path log, List<String> jvm, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            ALIVE.add(process);
            return new ChildProcess(main.getSimpleName(), process);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start " + main, e);
        }
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                responses.add(new Line(line, System.nanoTime()));
            }
        } catch (IOException e) {
            // It is gone, and whoever waits for its response is told so below.
        }
        responses.add(new Line(CommandLoop.FAILED + "the process has ended", System.nanoTime()));
    }

    /**
     * Sends a command and waits for the response.
     *
     * @param command its name
     * @param patience how long
     * @return the response
     * @throws IOException if the command failed or the process has ended
     * @throws TimeoutException if there is no response in time
     * @throws InterruptedException if interrupted while waiting
     */
    public String ask(String command, Duration patience) throws IOException, TimeoutException, InterruptedException {
        send(command);
        return next(command, patience).text();
    }

    /**
     * Waits for the first line of the process.
     *
     * @param patience how long
     * @return the line
     * @throws IOException if the process has ended
     * @throws TimeoutException if there is none in time
     * @throws InterruptedException if interrupted while waiting
     */
    public String greeting(Duration patience) throws IOException, TimeoutException, InterruptedException {
        return next("start", patience).text();
    }

    /**
     * Finds out how far the process's clock is ahead of this one's.
     *
     * @return the best of a number of tries
     * @throws IOException if the process has ended
     * @throws TimeoutException if it does not answer
     * @throws InterruptedException if interrupted while waiting
     */
    public ClockOffset clock() throws IOException, TimeoutException, InterruptedException {
        ClockOffset best = ClockOffset.UNKNOWN;
        for (int i = 0; i < ClockOffset.TRIES; i++) {
            long sent = System.nanoTime();
            send(CommandLoop.CLOCK);
            Line line = next(CommandLoop.CLOCK, Duration.ofSeconds(10));
            best = best.orBetter(ClockOffset.of(sent, Long.parseLong(line.text()), line.receivedNanos()));
        }
        return best;
    }

    private void send(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    private Line next(String command, Duration patience) throws IOException, TimeoutException, InterruptedException {
        Line line = responses.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (line == null) {
            throw new TimeoutException(name + " did not answer to " + command + " within " + patience);
        }
        if (line.text().startsWith(CommandLoop.FAILED)) {
            throw new IOException(name + ": " + command + ": " + line.text());
        }
        return line;
    }

    /**
     * The operating system's number of the process.
     *
     * @return its id
     */
    public long pid() {
        return process.pid();
    }

    /** Ends the process, by force if it does not go by itself. */
    @Override
    public void close() {
        try {
            commands.close();
        } catch (IOException e) {
            // It has ended already, and its input with it.
        }
        boolean interrupted = false;
        try {
            if (!process.waitFor(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        }
        ALIVE.remove(process);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
