/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import me.tongfei.progressbar.InteractiveConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A bar for each job, in a terminal. */
final class ProgressBars extends ProgressDisplay {

    private static final int UPDATE_MILLIS = 100;

    private final PrintStream out;
    private final Map<String, ProgressBar> barByJob = new ConcurrentHashMap<>();

    ProgressBars(PrintStream out, String imageEndpoint) {
        super(imageEndpoint);
        this.out = out;
    }

    /** Whether the program writes to a terminal that can move its cursor. */
    static boolean canBeShown() {
        try (Terminal terminal = TerminalBuilder.builder().dumb(true).build()) {
            return !terminal.getType().startsWith(Terminal.TYPE_DUMB);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    void show(String name, JobProgress progress, JobResult result) {
        ProgressBar bar = barByJob.computeIfAbsent(progress.jobId(), job -> bar(name, isInPercent(progress)));
        if (progress.progress() != null) {
            bar.stepTo(Math.round(progress.progress()));
        }
        if (progress.state() == JobState.DONE) {
            bar.maxHint(isInPercent(progress) ? 100 : bar.getCurrent());
            bar.stepTo(bar.getMax());
        }
        bar.setExtraMessage(" " + describe(progress, result));
    }

    private ProgressBar bar(String name, boolean inPercent) {
        return new ProgressBarBuilder()
                .setTaskName("%-12s".formatted(name))
                .setInitialMax(inPercent ? 100 : -1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .hideEta()
                .setConsumer(new InteractiveConsoleProgressBarConsumer(out))
                .build();
    }

    @Override
    public void close() {
        barByJob.values().forEach(ProgressBar::close);
    }
}
