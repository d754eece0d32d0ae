using System.Runtime.InteropServices;

namespace CoreNode.Platform.Processes;

/// <summary>
/// What a process does to itself before it executes another program. Meant for the small launcher that
/// <see cref="Spawner"/> starts: one thread of ours, which ends in <see cref="Execute"/>. Those
/// about users concern the calling thread only, which is the one that goes on in the new program.
/// Safety: pointers are to locals, pinned arrays and strings that outlive the calls, and no call keeps one.
/// </summary>
public static unsafe class LaunchSteps
{
    private const int SetMask = 2;

    /// <summary>Limits of setrlimit(2) by systemd's name for them, without "Limit".</summary>
    public static int? LimitNumber(string name) => name switch
    {
        "CPU" => 0,
        "FSIZE" => 1,
        "DATA" => 2,
        "STACK" => 3,
        "CORE" => 4,
        "RSS" => 5,
        "NPROC" => 6,
        "NOFILE" => 7,
        "MEMLOCK" => 8,
        "AS" => 9,
        "LOCKS" => 10,
        "SIGPENDING" => 11,
        "MSGQUEUE" => 12,
        "NICE" => 13,
        "RTPRIO" => 14,
        "RTTIME" => 15,
        _ => null,
    };

    /// <summary>Sets a limit, or as much of it as this process may.</summary>
    /// <returns>True if all of it was set.</returns>
    public static bool SetLimit(int resource, ulong soft, ulong hard)
    {
        ulong* values = stackalloc ulong[2];
        values[0] = soft;
        values[1] = hard;
        if (ProcessCalls.SetLimit(resource, values) == 0)
            return true;
        // Without the right to raise the hard limit: up to it.
        if (ProcessCalls.GetLimit(resource, values) != 0)
            return false;
        values[1] = Math.Min(values[1], hard);
        values[0] = Math.Min(values[1], soft);
        _ = ProcessCalls.SetLimit(resource, values);
        return false;
    }

    /// <summary>Keeps a descriptor from the program that is executed.</summary>
    public static void CloseOnExecute(int descriptor)
    {
        const int setDescriptorFlags = 2;
        _ = ProcessCalls.FileControl(descriptor, setDescriptorFlags, 1);
    }

    /// <summary>Keeps all descriptors but the standard ones from the program that is executed.</summary>
    public static void CloseAllOnExecute()
    {
        const int firstOther = 3;
        const int closeOnExec = 4; // CLOSE_RANGE_CLOEXEC, Linux 5.11
        if (ProcessCalls.Call(ProcessCalls.CloseRange, firstOther, uint.MaxValue, closeOnExec, 0) == 0)
            return;
        for (int descriptor = firstOther; descriptor < 1024; descriptor++)
            CloseOnExecute(descriptor);
    }

    /// <summary>Puts a copy of one descriptor at the place of another, open after the execution.</summary>
    /// <returns>False with the error in <see cref="LastError"/>.</returns>
    public static bool Place(int from, int to) => from == to || ProcessCalls.Duplicate(from, to) >= 0;

    /// <summary>Waits for one byte; false if whoever should write it has gone.</summary>
    public static bool WaitForByte(int descriptor)
    {
        byte one;
        nint length;
        do
        {
            length = ProcessCalls.Read(descriptor, &one, 1);
        }
        while (length < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        return length == 1;
    }

    /// <summary>Writes to a descriptor, whatever becomes of it.</summary>
    public static void Write(int descriptor, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
            _ = ProcessCalls.Write(descriptor, start, (nuint)bytes.Length);
    }

    /// <summary>Changes the working folder.</summary>
    /// <returns>False with the error in <see cref="LastError"/>.</returns>
    public static bool ChangeFolder(string path) => ProcessCalls.ChangeFolder(path) == 0;

    /// <summary>Sets which permissions new files lack.</summary>
    public static void SetFileMask(uint mask) => _ = ProcessCalls.FileMask(mask);

    /// <summary>Sets how nice the calling thread is.</summary>
    /// <returns>False with the error in <see cref="LastError"/>.</returns>
    public static bool SetNice(int nice) => LibC.SetPriority(0, 0, nice) == 0;

    /// <summary>Becomes another user with these groups, for good.</summary>
    /// <returns>False with the error in <see cref="LastError"/>.</returns>
    public static bool SetUser(uint user, uint group, uint[] groups)
    {
        fixed (uint* start = groups)
        {
            return ProcessCalls.Call(ProcessCalls.SetGroups, groups.Length, (long)start, 0, 0) == 0
                && ProcessCalls.Call(ProcessCalls.SetGroupIds, group, group, group, 0) == 0
                && ProcessCalls.Call(ProcessCalls.SetUsers, user, user, user, 0) == 0;
        }
    }

    /// <summary>What the last step failed for.</summary>
    public static string LastError => Marshal.GetLastPInvokeErrorMessage();

    /// <summary>
    /// Gives back default handlers and lets signals in, then becomes another program. Returns only if that fails, with
    /// the error in <see cref="LastError"/>. A signal that came meanwhile takes effect here, by its default.
    /// </summary>
    public static void Execute(
        string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, bool ignoresPipeSignal)
    {
        const int pipeSignal = 13;
        using NativeStrings paths = new([path]);
        using NativeStrings argumentList = new(arguments);
        using NativeStrings environmentList = new(environment);
        byte* none = stackalloc byte[128];
        _ = ProcessCalls.SignalsNone(none);
        // The runtime ignores some signals, and what is ignored stays ignored in the new program.
        for (int signal = 1; signal <= 31; signal++)
        {
            if (signal is not (9 or 19 or 4 or 5 or 7 or 8 or 11))
                _ = ProcessCalls.SignalHandler(signal, signal == pipeSignal && ignoresPipeSignal ? 1 : 0);
        }

        _ = ProcessCalls.SignalMask(SetMask, none, null);
        _ = ProcessCalls.Execute(paths.Pointer[0], argumentList.Pointer, environmentList.Pointer);
    }
}
