using System.Runtime.InteropServices;

namespace CoreNode.Platform;

/// <summary>
/// Whole small files, such as certificates and keys: read at once, replaced at once. What the store acknowledges goes
/// through <see cref="IFiles"/>. Any thread.
/// </summary>
public static class SmallFiles
{
    /// <summary>More is no configuration and no certificate.</summary>
    public const int LimitBytes = 4 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">
    /// It is missing, not readable, a folder or too large; the message says which.
    /// </exception>
    public static byte[] Read(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > LimitBytes)
                throw new IOException($"{path} has {stream.Length} bytes, more than {LimitBytes}");
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"{path} does not exist", path, missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            string reason = Directory.Exists(path) ? "is a folder" : "may not be read by this user";
            throw new IOException($"{path} {reason}", denied);
        }
        catch (NotSupportedException pipe)
        {
            throw new IOException($"{path} is no ordinary file", pipe);
        }
        catch (EndOfStreamException cut)
        {
            throw new IOException($"{path} became shorter while it was read", cut);
        }
    }

    /// <summary>
    /// Reads a file to its end, also one of the kernel's, which do not tell their length. Null if there is none.
    /// </summary>
    /// <exception cref="IOException">It is not readable, a folder or too large; the message says which.</exception>
    public static byte[]? TryRead(string path, int limitBytes = LimitBytes)
    {
        try
        {
            using FileStream stream = new(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            byte[] content = new byte[4096];
            int length = 0;
            while (true)
            {
                int count = stream.Read(content.AsSpan(length));
                if (count == 0)
                    return content.AsSpan(0, length).ToArray();
                length += count;
                if (length > limitBytes)
                    throw new IOException($"{path} has more than {limitBytes} bytes");
                if (length == content.Length)
                    Array.Resize(ref content, 2 * length);
            }
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException denied)
        {
            string reason = Directory.Exists(path) ? "is a folder" : "may not be read by this user";
            throw new IOException($"{path} {reason}", denied);
        }
    }

    /// <summary>
    /// Writes a file so that whoever looks sees all of it or what was there before, also after a power cut. What
    /// replaces a file keeps its owner, group and permissions, so that a service goes on reading what root renews;
    /// <paramref name="mode"/> is that of a new file.
    /// </summary>
    /// <exception cref="IOException">
    /// It is there and must not be replaced, or it cannot be written; nothing was changed.
    /// </exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode, bool replaces)
    {
        string target = Resolve(path);
        FileStamp? present = FileStamp.Of(target);
        if (present is not null && !replaces)
            throw new IOException($"{path} is there already");
        string folder = Path.GetDirectoryName(Path.GetFullPath(target)) ?? "/";
        if (!Directory.Exists(folder))
            throw new IOException($"{path} cannot be written: the folder {folder} does not exist");
        string part = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}.part");
        try
        {
            WritePart(part, content, present?.Mode ?? mode);
            if (present is { } before)
                KeepOwner(part, before);
            File.Move(part, target, overwrite: replaces);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{path} may not be written by this user", denied);
        }
        finally
        {
            File.Delete(part);
        }

        new RealFiles().SyncFolder(folder);
    }

    // A link stays one: what it leads to is replaced.
    private static string Resolve(string path) =>
        File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    private static void WritePart(string part, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        // What a killed process of the same number left behind.
        File.Delete(part);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode & (UnixFileMode)0x1FF;
        using FileStream stream = new(part, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    private static void KeepOwner(string part, FileStamp before)
    {
        FileStamp? own = FileStamp.Of(part);
        if (own?.Owner == before.Owner && own?.Group == before.Group)
            return;
        if (LibC.ChangeOwner(part, before.Owner, before.Group) != 0)
        {
            string reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            throw new IOException(
                $"{part} cannot be given to user {before.Owner} and group {before.Group}, who own the file that it is "
                + $"to replace: {reason}; do it as root or as that user");
        }
    }
}
