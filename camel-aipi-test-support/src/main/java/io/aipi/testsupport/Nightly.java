/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

/** Whether this is the nightly build ({@code -Pnightly}), in which a search takes its time. */
public final class Nightly {

    private Nightly() {}

    /** What a test does much of: little in every build, more in the nightly one. */
    public static int times(int inEveryBuild, int inTheNightlyOne) {
        return isNightly() ? inTheNightlyOne : inEveryBuild;
    }

    public static boolean isNightly() {
        return Boolean.getBoolean("aipi.nightly");
    }
}
