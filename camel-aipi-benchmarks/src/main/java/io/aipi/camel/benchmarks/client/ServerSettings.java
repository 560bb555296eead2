/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.Reporting;
import io.aipi.camel.benchmarks.plan.Scenario;

/**
 * Where the server is, and what its jobs are.
 *
 * @param url the server's base URL
 * @param load the scenario
 * @param polls how often the component polled a job of this case, for those who are to poll as often; 0 if not known
 */
record ServerSettings(String url, Scenario load, double polls) {

    String endpoint() {
        return load.work().reporting().endpoint();
    }

    String submitUrl() {
        return url + "/" + endpoint();
    }

    String progressUrl() {
        return submitUrl() + "/progress";
    }

    String promptParameter() {
        return isImages() ? "prompt" : "text";
    }

    boolean isImages() {
        return load.work().reporting() == Reporting.PERCENT;
    }
}
