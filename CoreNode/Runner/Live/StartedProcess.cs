using CoreNode.Platform.Processes;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Live;

/// <summary>A launcher that runs and waits for its go-ahead.</summary>
/// <param name="Handle">Of its process.</param>
/// <param name="StartTicks">When it was started.</param>
/// <param name="Go">Where the go-ahead is written.</param>
/// <param name="Status">What it says.</param>
internal sealed record StartedProcess(
    ProcessHandle Handle, long StartTicks, SafeFileHandle Go, SafeFileHandle Status);
