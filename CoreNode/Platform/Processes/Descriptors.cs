using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Processes;

/// <summary>
/// Descriptors that are handed to a child. None is inherited but by <see cref="SpawnRequest.Files"/>. Safety: pointers
/// are to locals and pinned room of the given length, and no call keeps one.
/// </summary>
public static unsafe class Descriptors
{
    private const int Append = 0x400;
    private const int Truncate = 0x200;
    private const int Create = 0x40;
    private const int WriteOnly = 1;
    private const int FileMode = 0x1A0; // 0640


    /// <summary>A pipe; reading waits, but see <see cref="ReadSome"/>.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static (SafeFileHandle Reading, SafeFileHandle Writing) Pipe()
    {
        int* ends = stackalloc int[2];
        if (ProcessCalls.Pipe(ends, ProcessCalls.CloseOnExec) != 0)
            throw new IOException($"a pipe cannot be made: {Marshal.GetLastPInvokeErrorMessage()}");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>A file without a name that holds this, to be read from its start.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static SafeFileHandle Holding(ReadOnlySpan<byte> content)
    {
        int descriptor = ProcessCalls.MemoryFile("corenode", 1);
        if (descriptor < 0)
            throw new IOException($"a file in memory cannot be made: {Marshal.GetLastPInvokeErrorMessage()}");
        SafeFileHandle file = new(descriptor, ownsHandle: true);
        // Written by position: the child reads from the beginning.
        RandomAccess.Write(file, content, 0);
        return file;
    }

    /// <summary>Opens a file for reading; /dev/null, for example.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenForReading(string path) => Open(path, LibC.OpenReadOnly);

    /// <summary>Opens a file for writing at its end, and makes it if it is not there.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenForAppending(string path) => Open(path, WriteOnly | Append | Create);

    /// <summary>Opens a file for writing from its beginning, makes or empties it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenForWriting(string path, bool empties) =>
        Open(path, WriteOnly | Create | (empties ? Truncate : 0));

    /// <summary>Reads up to what is there now; 0 at the end or if there is nothing, negative on an error.</summary>
    public static int ReadSome(SafeFileHandle file, Span<byte> room, out bool isEnd)
    {
        fixed (byte* start = room)
        {
            nint length = ProcessCalls.Read((int)file.DangerousGetHandle(), start, (nuint)room.Length);
            isEnd = length == 0;
            return (int)Math.Max(0, length);
        }
    }

    /// <summary>Writes one byte: a go-ahead.</summary>
    public static void WriteByte(SafeFileHandle file)
    {
        byte one = 1;
        _ = ProcessCalls.Write((int)file.DangerousGetHandle(), &one, 1);
    }

    /// <summary>
    /// Gives the blocks of a file's beginning back to its file system; its length and positions stay.
    /// </summary>
    /// <returns>False if the file system cannot do that.</returns>
    public static bool FreeBeginning(SafeFileHandle file, long lengthBytes)
    {
        const int punchHole = 1 | 2; // FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE
        return LibC.Allocate(file, punchHole, 0, lengthBytes) == 0;
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        int descriptor;
        do
        {
            descriptor = LibC.Open(path, flags | LibC.OpenCloseOnExec, FileMode);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
