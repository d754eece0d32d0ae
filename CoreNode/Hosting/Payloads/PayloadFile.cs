using CoreNode.Updates.Payload;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Hosting.Payloads;

/// <summary>A file of this machine that is read anywhere. Any thread.</summary>
internal sealed class PayloadFile : IPayloadFile, IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private PayloadFile(string path, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    public long Length { get; }

    /// <summary>Opens it; faults name it.</summary>
    public static PayloadFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path);
            return new PayloadFile(path, handle);
        }
        catch (NotSupportedException pipe)
        {
            handle?.Dispose();
            throw new IOException($"{path} is no ordinary file", pipe);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"{path} does not exist", missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            string reason = Directory.Exists(path) ? "is a folder" : "may not be read by this user";
            throw new IOException($"{path} {reason}", denied);
        }
    }

    public void Read(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = RandomAccess.Read(_handle, buffer, offset);
            if (count == 0)
                throw new IOException($"{_path} became shorter while it was read");
            buffer = buffer[count..];
            offset += count;
        }
    }

    public void Dispose() => _handle.Dispose();
}
