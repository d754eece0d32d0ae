using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Processes;

/// <summary>Tells when files were written to (inotify(7)). One thread at a time.</summary>
public sealed unsafe class FileWatch : IDisposable
{
    private const uint Modified = 0x2;
    private const int RoomBytes = 4096;
    private const int HeaderBytes = 16;

    /// <summary>Watches nothing yet.</summary>
    /// <exception cref="IOException">The system refuses: too many users of inotify on this machine.</exception>
    public FileWatch()
    {
        int descriptor = ProcessCalls.WatchCreate(ProcessCalls.CloseOnExec | ProcessCalls.NonBlocking);
        if (descriptor < 0)
        {
            throw new IOException($"files cannot be watched: {Marshal.GetLastPInvokeErrorMessage()}; raise "
                + "fs.inotify.max_user_instances");
        }

        Handle = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Readable when <see cref="Read"/> has something to tell.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Watches a file and gives the number that <see cref="Read"/> calls it by.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public int Add(string path)
    {
        int id = ProcessCalls.WatchAdd(Handle, path, Modified);
        return id >= 0
            ? id
            : throw new IOException($"{path} cannot be watched: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Watches it no longer.</summary>
    public void Remove(int id) => _ = ProcessCalls.WatchRemove(Handle, id);

    /// <summary>Puts the numbers of the files that were written to into a set.</summary>
    /// <returns>False if some were lost: any file may have been written to.</returns>
    public bool Read(ISet<int> written)
    {
        // Safety: the kernel writes whole records into the room that it is given.
        byte* room = stackalloc byte[RoomBytes];
        bool isComplete = true;
        while (true)
        {
            nint length = ProcessCalls.Read((int)Handle.DangerousGetHandle(), room, RoomBytes);
            if (length <= 0)
                return isComplete;
            ReadOnlySpan<byte> records = new(room, (int)length);
            while (records.Length >= HeaderBytes)
            {
                int id = BinaryPrimitives.ReadInt32LittleEndian(records);
                isComplete &= id >= 0;
                if (id >= 0)
                    written.Add(id);
                records = records[(HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(records[12..]))..];
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
