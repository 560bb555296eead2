/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

/**
 * What a process did with the jobs that another one has left in the store.
 *
 * @param firstRoutedNanos from the moment at which its application began to be made to the first outcome on its route
 * @param mostTracked the most jobs that its consumer had at once
 * @param heapBytes what lived on the heap while its consumer had as many as it may, and all their outcomes
 */
public record Backlog(long firstRoutedNanos, int mostTracked, long heapBytes) {}
