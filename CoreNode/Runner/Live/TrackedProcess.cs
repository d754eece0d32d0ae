using CoreNode.Platform.Processes;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Live;

/// <summary>A process of a unit that the runner watches. Owned by the runner's thread.</summary>
internal sealed class TrackedProcess(ProcessHandle handle, long startTicks)
{
    /// <summary>Names the process for ever.</summary>
    public ProcessHandle Handle { get; } = handle;

    public int Pid => Handle.Pid;

    public long StartTicks { get; } = startTicks;

    /// <summary>Of <see cref="LoopSources"/>, for its end.</summary>
    public long Key { get; set; }

    /// <summary>What the launcher says; null once it has executed.</summary>
    public SafeFileHandle? Status { get; set; }

    public long StatusKey { get; set; }

    /// <summary>Where it is given the go-ahead; null once it has.</summary>
    public SafeFileHandle? Go { get; set; }

    /// <summary>The launcher could not execute.</summary>
    public bool HasFailed { get; set; }
}
