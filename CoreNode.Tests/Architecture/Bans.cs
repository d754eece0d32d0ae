namespace CoreNode.Tests.Architecture;

/// <summary>
/// What keeps deciders repeatable: a simulator must be able to drive them with nothing but their inputs, and every
/// replica must come to the same state from the same log. And what keeps the others honest: the disk through its seam,
/// time by constructor, no thread that waits for a task.
/// </summary>
internal static class Bans
{
    private static readonly Ban[] s_files =
    [
        new("System.IO.File", "IFiles"),
        new("System.IO.FileInfo", "IFiles"),
        new("System.IO.FileStream", "IFiles"),
        new("System.IO.FileSystemInfo", "IFiles"),
        new("System.IO.Directory", "IFiles"),
        new("System.IO.DirectoryInfo", "IFiles"),
        new("System.IO.DriveInfo", "IFiles"),
        new("System.IO.RandomAccess", "IFiles"),
        new("System.IO.StreamReader", "bytes handed in"),
        new("System.IO.StreamWriter", "bytes handed out"),
        new("System.IO.FileSystemWatcher", "nothing: poll in Hosting"),
    ];

    private static readonly Ban[] s_clockAndChance =
    [
        new("System.DateTime::get_Now", "the time in the message, or TimeProvider by constructor"),
        new("System.DateTime::get_UtcNow", "the time in the message, or TimeProvider by constructor"),
        new("System.DateTime::get_Today", "the time in the message, or TimeProvider by constructor"),
        new("System.DateTimeOffset::get_Now", "the time in the message, or TimeProvider by constructor"),
        new("System.DateTimeOffset::get_UtcNow", "the time in the message, or TimeProvider by constructor"),
        new("System.Random", "Foundation.Prng, seeded by the caller"),
        new("System.Guid::NewGuid", "an id handed in"),
    ];

    private static readonly Ban[] s_uptime =
    [
        new("System.Environment::get_TickCount", "TimeProvider by constructor"),
        new("System.Environment::get_TickCount64", "TimeProvider by constructor"),
    ];

    private static readonly Ban[] s_ambient =
    [
        new("System.Environment", "a parameter"),
        new("System.AppContext", "a parameter"),
        new("System.Console", "a returned fact that the shell prints"),
        new("System.TimeProvider", "ticks, or the time in the message"),
        new("System.Diagnostics.Stopwatch", "ticks, or the time in the message"),
        new("System.Diagnostics.Process", "a command that the shell runs"),
        new("System.Security.Cryptography.RandomNumberGenerator", "an id handed in"),
        new("System.Net.Sockets.*", "a message that the shell sends"),
        new("System.Net.Http.*", "a message that the shell sends"),
        new("System.Threading.Thread", "one owner: the caller's thread"),
        new("System.Threading.ThreadPool", "one owner: the caller's thread"),
        new("System.Threading.Timer", "ticks"),
        new("System.Threading.PeriodicTimer", "ticks"),
        new("Microsoft.Extensions.Logging.*", "a returned fact that the shell logs"),
    ];

    // Not of ValueTask: hot paths read the result of one that is complete without a state machine.
    private static readonly Ban[] s_blocking =
    [
        new("System.Threading.Tasks.Task::Wait", "await"),
        new("System.Threading.Tasks.Task::WaitAll", "await"),
        new("System.Threading.Tasks.Task::WaitAny", "await"),
        new("System.Threading.Tasks.Task::get_Result", "await"),
        new("System.Runtime.CompilerServices.TaskAwaiter::GetResult", "await"),
        new("System.Threading.Tasks.Task::Run", "a loop that Hosting starts and watches"),
        new("System.Threading.Tasks.TaskFactory::StartNew", "a loop that Hosting starts and watches"),
    ];

    private static readonly Ban[] s_locks =
    [
        new("System.Threading.Monitor", "one owner: no locks"),
        new("System.Threading.Lock", "one owner: no locks"),
        new("System.Threading.SemaphoreSlim", "one owner: no locks"),
        new("System.Threading.ReaderWriterLockSlim", "one owner: no locks"),
    ];

    private static readonly Ban[] s_async =
    [
        new("System.Threading.Tasks.*", "a returned value: deciders do not wait"),
        new("System.Threading.CancellationToken", "a returned value: deciders do not wait"),
        new("System.Threading.CancellationTokenSource", "a returned value: deciders do not wait"),
        new("System.Threading.Channels.*", "a list in the result"),
        new("System.Collections.Generic.IAsyncEnumerable", "a list in the result"),
    ];

    /// <summary>What that kind of module must not touch.</summary>
    public static IReadOnlyList<Ban> Of(ModuleKind kind) => kind switch
    {
        ModuleKind.Decider => [.. s_files, .. s_clockAndChance, .. s_ambient, .. s_locks, .. s_async],
        ModuleKind.Foundation => [.. s_files, .. s_clockAndChance, .. s_ambient, .. s_async],
        ModuleKind.Port => [.. s_files, .. s_clockAndChance, .. s_ambient, .. s_blocking],
        ModuleKind.Service => [.. s_files, .. s_clockAndChance, .. s_uptime, .. s_blocking],
        ModuleKind.Mechanism => [.. s_clockAndChance, .. s_uptime, .. s_blocking],
        ModuleKind.Edge => [.. s_clockAndChance, .. s_blocking],
        ModuleKind.Composition => [],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };
}
