using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CoreNode.Platform.Processes;

/// <summary>
/// Starts processes without a fork of managed code: posix_spawn(3), which shares the memory until the child executes
/// (CLONE_VFORK) and runs nothing of ours in it. The child gets a session of its own, default handlers, and the usual
/// signals blocked, so that one that comes while it sets itself up (<see cref="LaunchSteps"/>) waits until it runs what
/// it is for. Any thread.
/// </summary>
public static unsafe class Spawner
{
    // glibc's posix_spawnattr_t has 336 bytes, posix_spawn_file_actions_t 80, sigset_t 128.
    private const int Room = 512;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;
    private const int DuplicateAbove = 1030; // F_DUPFD_CLOEXEC
    private const int FirstFree = 64;

    /// <summary>Starts it and gives its process id; it is this process's child and must be waited for.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static int Start(SpawnRequest request)
    {
        // Safety: these are filled by their init functions before use; each fits its room, and no call keeps a pointer.
        byte* attributes = stackalloc byte[Room];
        byte* actions = stackalloc byte[Room];
        byte* signals = stackalloc byte[Room];
        List<int> copies = [];
        Check(ProcessCalls.AttributesInit(attributes), request.Path);
        Check(ProcessCalls.ActionsInit(actions), request.Path);
        using NativeStrings arguments = new(request.Arguments);
        using NativeStrings environment = new(request.Environment);
        using NativeStrings path = new([request.Path]);
        try
        {
            _ = ProcessCalls.AttributesFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession);
            BlockUsual(signals);
            _ = ProcessCalls.AttributesMask(attributes, signals);
            AllSignals(signals);
            _ = ProcessCalls.AttributesDefaults(attributes, signals);
            for (int i = 0; i < request.Files.Count; i++)
            {
                // A copy far from the descriptors of the child, so that none is overwritten before it is copied.
                int copy = ProcessCalls.FileControl(
                    (int)request.Files[i].DangerousGetHandle(), DuplicateAbove, FirstFree);
                Check(copy < 0 ? Marshal.GetLastPInvokeError() : 0, request.Path);
                copies.Add(copy);
                Check(ProcessCalls.ActionsDuplicate(actions, copy, i), request.Path);
            }

            Check(
                ProcessCalls.Spawn(
                    out int pid, path.Pointer[0], actions, attributes, arguments.Pointer, environment.Pointer),
                request.Path);
            return pid;
        }
        finally
        {
            _ = ProcessCalls.ActionsDestroy(actions);
            _ = ProcessCalls.AttributesDestroy(attributes);
            foreach (int copy in copies)
                new Microsoft.Win32.SafeHandles.SafeFileHandle(copy, ownsHandle: true).Dispose();
            GC.KeepAlive(request);
        }
    }

    // HUP INT QUIT USR1 USR2 PIPE ALRM TERM CONT TSTP WINCH and the like: not what the runtime needs to start.
    private static void BlockUsual(byte* signals)
    {
        ReadOnlySpan<int> usual = [1, 2, 3, 10, 12, 13, 14, 15, 16, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30];
        _ = ProcessCalls.SignalsNone(signals);
        foreach (int signal in usual)
            _ = ProcessCalls.SignalsAdd(signals, signal);
    }

    private static void AllSignals(byte* signals)
    {
        _ = ProcessCalls.SignalsNone(signals);
        for (int signal = 1; signal <= 31; signal++)
        {
            if (signal is not (9 or 19))
                _ = ProcessCalls.SignalsAdd(signals, signal);
        }
    }

    private static void Check(int error, string path)
    {
        if (error != 0)
            throw new IOException($"{path} cannot be started: {new Win32Exception(error).Message}", error);
    }
}
