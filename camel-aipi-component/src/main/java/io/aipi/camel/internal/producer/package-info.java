/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
/**
 * What an exchange that is sent to {@code aipi:} goes through: a permit, the operation, the wait for the result, and progress
 * exchanges. Detached jobs are submitted and stored here, and then belong to {@link io.aipi.camel.internal.detached}.
 */
package io.aipi.camel.internal.producer;
