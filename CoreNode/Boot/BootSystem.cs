using System.Runtime.InteropServices;
using System.Text;

namespace CoreNode.Boot;

/// <summary>
/// System calls of the boot stage that say what failed. Safety: see <see cref="BootCalls"/>; what is pinned or copied
/// to unmanaged memory stays until the call is over.
/// </summary>
internal static unsafe class BootSystem
{
    private const int CloseOnExec = 0x80000;
    private const int NoEntry = 2;
    private const int NoHang = 1;
    private const int LookMs = 20;

    // The kernel gives a record of its log whole or not at all.
    private const int RecordBytes = 8192;

    /// <summary>An error of the call that was made last, with what it was about.</summary>
    public static IOException Error(string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    /// <summary>Mounts something, and makes the folder for it.</summary>
    public static void Mount(string source, string target, string type, nuint flags, string? data = null)
    {
        Directory.CreateDirectory(target);
        if (BootCalls.Mount(source, target, type, flags, data) != 0)
            throw Error($"{source} cannot be mounted on {target} as {type}");
    }

    /// <summary>Moves a mount.</summary>
    public static void Move(string from, string to)
    {
        Directory.CreateDirectory(to);
        if (BootCalls.Mount(from, to, null, BootCalls.Move, null) != 0)
            throw Error($"the mount on {from} cannot be moved to {to}");
    }

    /// <summary>Takes a mount away; nothing happens if there is none.</summary>
    public static void Unmount(string target, bool isLazy) =>
        BootCalls.Unmount(target, isLazy ? BootCalls.Detach : 0);

    /// <summary>Opens for reading, or for reading and writing.</summary>
    public static int Open(string path, bool writes)
    {
        int file = BootCalls.Open(path, (writes ? 2 : 0) | CloseOnExec, 0);
        return file >= 0 ? file : throw Error($"{path} cannot be opened");
    }

    /// <summary>The same, but -1 if there is no such file.</summary>
    public static int TryOpen(string path, bool writes)
    {
        int file = BootCalls.Open(path, (writes ? 2 : 0) | CloseOnExec, 0);
        return file >= 0 || Marshal.GetLastPInvokeError() == NoEntry ? file : throw Error($"{path} cannot be opened");
    }

    /// <summary>Lets time pass.</summary>
    public static void Rest(int milliseconds) => BootCalls.Poll(null, 0, milliseconds);

    /// <summary>Runs a program to its end and gives its exit code, -1 for a violent end.</summary>
    /// <param name="path">The program.</param>
    /// <param name="alive">Called again and again until then.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    public static int Run(string path, Action alive, params ReadOnlySpan<string> arguments)
    {
        nint* list = Texts([path, .. arguments]);
        nint* nothing = Texts([]);
        try
        {
            int error = BootCalls.Spawn(out int process, path, 0, 0, list, nothing);
            if (error != 0)
                throw new IOException($"{path} cannot be run: {Marshal.GetPInvokeErrorMessage(error)}", error);
            int status;
            for (int ended; (ended = BootCalls.Wait(process, out status, NoHang)) != process; Rest(LookMs))
            {
                if (ended < 0 && Marshal.GetLastPInvokeError() != 4)
                    throw Error($"{path} cannot be waited for");
                alive();
            }

            return (status & 0x7F) == 0 ? (status >> 8) & 0xFF : -1;
        }
        finally
        {
            Free(list);
            Free(nothing);
        }
    }

    /// <summary>Becomes another program; comes back only if that fails.</summary>
    public static IOException Become(string path, IReadOnlyList<string> arguments)
    {
        nint* list = Texts([path, .. arguments]);
        _ = BootCalls.Execute(path, list);
        IOException error = Error($"{path} cannot be started");
        Free(list);
        return error;
    }

    /// <summary>Gives the kernel what it is to be restarted with.</summary>
    public static void LoadKernel(int kernel, int archive, string commandLine)
    {
        byte[] text = Encoding.UTF8.GetBytes(commandLine + "\0");
        fixed (byte* at = text)
        {
            if (BootCalls.LoadKernel(kernel, archive, at, text.Length) != 0)
                throw Error("the kernel of the slot cannot be loaded (kexec_file_load)");
        }
    }

    /// <summary>Gives the kernel a module; false with the error of the call if it does not take it.</summary>
    public static bool InsertModule(ReadOnlySpan<byte> image, string parameters)
    {
        fixed (byte* at = image)
            return BootCalls.InsertModule(at, image.Length, parameters) == 0;
    }

    /// <summary>Calls ioctl with a structure.</summary>
    public static int Control(int file, nuint request, Span<byte> argument)
    {
        fixed (byte* at = argument)
            return BootCalls.Control(file, request, at);
    }

    /// <summary>Writes all of it, as far as the file takes it.</summary>
    public static void Write(int file, ReadOnlySpan<byte> data)
    {
        fixed (byte* at = data)
        {
            for (nint done = 0; done < data.Length;)
            {
                nint count = BootCalls.Write(file, at + done, (nuint)(data.Length - done));
                if (count <= 0)
                    return;
                done += count;
            }
        }
    }

    /// <summary>What comes from a file within that time; empty if nothing does.</summary>
    public static string? Read(int file, int milliseconds)
    {
        BootCalls.PollEntry entry = new() { File = file, Events = BootCalls.Readable };
        if (BootCalls.Poll(&entry, 1, milliseconds) <= 0)
            return "";
        byte* buffer = stackalloc byte[RecordBytes];
        nint count = BootCalls.Read(file, buffer, RecordBytes);
        return count <= 0 ? null : Encoding.UTF8.GetString(buffer, (int)count);
    }

    /// <summary>
    /// An id by chance. The kernel gives it at once, where the program would wait for better chance than names of disks
    /// need.
    /// </summary>
    public static Guid FreshId() => Guid.Parse(File.ReadAllText("/proc/sys/kernel/random/uuid").Trim());

    // A list of texts as C has it, ended by a null.
    private static nint* Texts(ReadOnlySpan<string> texts)
    {
        nint* list = (nint*)NativeMemory.Alloc((nuint)(texts.Length + 1), (nuint)sizeof(nint));
        for (int i = 0; i < texts.Length; i++)
            list[i] = Marshal.StringToCoTaskMemUTF8(texts[i]);
        list[texts.Length] = 0;
        return list;
    }

    private static void Free(nint* list)
    {
        for (nint* one = list; *one != 0; one++)
            Marshal.FreeCoTaskMem(*one);
        NativeMemory.Free(list);
    }
}
