/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.time.Duration;

/**
 * The server's limits, by the names they have in its configuration.
 *
 * @param maxQueueLength how many jobs of one endpoint can wait
 * @param maxTimeInQueue a job that waits longer lapses
 * @param jobInactivityTimeout a job in processing lapses if its worker says nothing for longer
 * @param resultLifetime a finished or lapsed job is forgotten after it
 * @param workerTimeout a worker not heard of for longer counts as offline
 */
public record Limits(
        int maxQueueLength,
        Duration maxTimeInQueue,
        Duration jobInactivityTimeout,
        Duration resultLifetime,
        Duration workerTimeout) {}
