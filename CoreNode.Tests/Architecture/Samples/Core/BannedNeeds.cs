using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Architecture.Samples.Core;

/// <summary>What a decider must not do; each type is named by the need, the tidy words stay out of it.</summary>
internal static partial class BannedNeeds
{
    internal static class Files
    {
        public static bool Look(string path) => File.Exists(path);
    }

    internal static class Clock
    {
        public static DateTime Read() => DateTime.UtcNow;
    }

    internal static class HandedClock
    {
        public static long Read(TimeProvider time) => time.GetTimestamp();
    }

    internal static class Chance
    {
        public static int Draw() => Random.Shared.Next();
    }

    internal static class Ambient
    {
        public static string Read() => Environment.MachineName;
    }

    internal static class Waiting
    {
        public static async Task<int> WaitAsync(Task<int> other) => await other + 1;
    }

    internal static class Logging
    {
        public static bool Ask(ILogger logger) => logger.IsEnabled(LogLevel.Debug);
    }

    internal static class Locking
    {
        public static int Count(object gate)
        {
            lock (gate)
                return 1;
        }
    }

    internal static class Threading
    {
        public static int Count() => Thread.CurrentThread.IsAlive ? 1 : 0;
    }

    internal static class Package
    {
        public static string Name(Mono.Cecil.TypeReference type) => type.Name;
    }

    internal static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "getpid")]
        public static partial int ProcessId();
    }

    /// <summary>Allowed: an iterator, which the compiler makes ask for its thread.</summary>
    internal static class Innocent
    {
        public static IEnumerable<int> Count(Ports.IDoor door)
        {
            yield return door.Number;
        }
    }
}
