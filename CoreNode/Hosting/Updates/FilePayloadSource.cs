using CoreNode.Hosting.Payloads;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Payload;

namespace CoreNode.Hosting.Updates;

/// <summary>A payload that is a file of this machine.</summary>
internal sealed class FilePayloadSource : IPayloadSource, IDisposable
{
    private readonly string _path;
    private readonly PayloadFile _whole;

    /// <summary>Opens it.</summary>
    /// <exception cref="ApplyException">It cannot be read.</exception>
    public FilePayloadSource(string path)
    {
        _path = path;
        try
        {
            _whole = PayloadFile.Open(path);
        }
        catch (IOException missing)
        {
            throw new ApplyException(ApplyCodes.Transfer, missing.Message, missing);
        }
    }

    /// <inheritdoc/>
    public IPayloadFile? Whole => _whole;

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(long from, long? size, CancellationToken cancellation)
    {
        if (size is { } announced && announced != _whole.Length)
        {
            throw new ApplyException(
                ApplyCodes.PayloadSize, $"{_path} has {_whole.Length} bytes, but the payload should have {announced}");
        }

        // Pages that were read once are not read ahead of what is asked for in large pieces.
        FileStream stream = new(_path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
        stream.Position = from;
        return Task.FromResult<Stream>(stream);
    }

    public void Dispose() => _whole.Dispose();
}
