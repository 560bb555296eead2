/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
/**
 * The ways in which a call to an AIPI server can end badly, one class each, so that a caller (or Camel's
 * {@code onException}) can tell them apart by type. All extend {@link io.aipi.client.error.AipiException}.
 */
package io.aipi.client.error;
