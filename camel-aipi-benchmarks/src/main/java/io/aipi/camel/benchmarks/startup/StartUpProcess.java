/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.startup;

import com.sun.management.OperatingSystemMXBean;
import io.aipi.camel.benchmarks.control.CommandLoop;
import java.lang.management.ManagementFactory;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;

/** An application of one small route, or of that and one with the component. Its first line says what its start took. */
public final class StartUpProcess {

    private StartUpProcess() {}

    /**
     * Starts, says so, and runs until its input ends.
     *
     * @param arguments the server's URL for the application with the component, nothing for the one without
     * @throws Exception if it cannot start
     */
    public static void main(String[] arguments) throws Exception {
        long begin = System.nanoTime();
        Main main = new Main();
        main.configure().addRoutesBuilder(smallRoute());
        if (arguments.length > 0) {
            main.addInitialProperty("camel.component.aipi.server-url", arguments[0]);
            main.configure().addRoutesBuilder(componentRoute());
        }
        main.start();
        long nanos = System.nanoTime() - begin;
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        new CommandLoop().serve(nanos + " " + system.getProcessCpuTime());
    }

    private static RouteBuilder smallRoute() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:small").log("${body}");
            }
        };
    }

    private static RouteBuilder componentRoute() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:prompt").to("aipi:chat").log("${body}");
            }
        };
    }
}
