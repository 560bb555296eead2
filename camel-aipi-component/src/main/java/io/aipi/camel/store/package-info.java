/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
/**
 * Where detached jobs are stored. {@link io.aipi.camel.store.JobRepository} is the contract that the component works with, in
 * the words of jobs; {@link io.aipi.camel.store.AggregationJobRepository} has Camel's aggregation repositories under it.
 *
 * <p>A {@link io.aipi.camel.store.StoredJob} is a {@link io.aipi.camel.store.DetachedJob} and, once there is one, its
 * {@link io.aipi.camel.store.JobOutcome}. {@link io.aipi.camel.store.JobCodec} has them in values that every database can hold.
 */
package io.aipi.camel.store;
