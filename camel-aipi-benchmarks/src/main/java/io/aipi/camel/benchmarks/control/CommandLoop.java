/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The child's end of the control channel: commands come in as lines, each is answered with one line.
 *
 * <p>The process ends when its input ends, whatever it is at, so that it never outlives a parent that was killed.
 */
public final class CommandLoop {

    /** Asks for this process's {@link System#nanoTime()}; answered by the thread that reads, with no detour. */
    static final String CLOCK = "clock";

    /** What a response begins with when the command failed. */
    static final String FAILED = "failed ";

    private final Map<String, Command> commands = new LinkedHashMap<>();
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final PrintStream responses;

    /** What is done for a command. */
    public interface Command {
        /**
         * Does it.
         *
         * @return the response, without line breaks
         * @throws Exception if it cannot be done
         */
        String run() throws Exception;
    }

    /** Takes standard input and output over; what others print goes to standard error from now on. */
    @SuppressWarnings("SystemOut")
    public CommandLoop() {
        responses = System.out;
        System.setOut(System.err);
        Thread reader = new Thread(this::read, "benchmark-control");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Adds a command.
     *
     * @param name its name
     * @param command what is done
     * @return this
     */
    public CommandLoop on(String name, Command command) {
        commands.put(name, command);
        return this;
    }

    private void read() {
        try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                if (line.equals(CLOCK)) {
                    respond(Long.toString(System.nanoTime()));
                } else {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            // The parent is gone: the same as the end of the input.
        }
        Runtime.getRuntime().halt(0);
    }

    /**
     * Serves commands on this thread until the process ends.
     *
     * @param greeting the first line, which tells the parent that this process is ready
     * @throws InterruptedException if somebody interrupts
     */
    public void serve(String greeting) throws InterruptedException {
        respond(greeting);
        while (true) {
            respond(done(lines.take()));
        }
    }

    private String done(String name) {
        Command command = commands.get(name);
        if (command == null) {
            return FAILED + "no command " + name;
        }
        try {
            return command.run();
        } catch (Exception | LinkageError e) {
            e.printStackTrace();
            return FAILED + String.valueOf(e).replaceAll("\\R", " ");
        }
    }

    private void respond(String line) {
        synchronized (responses) {
            responses.println(line);
            responses.flush();
        }
    }
}
