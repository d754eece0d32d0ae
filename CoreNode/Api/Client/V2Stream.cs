using System.Text;

namespace CoreNode.Api.Client;

/// <summary>A watch whose answer has begun: events as lines, until one side ends it. One reader.</summary>
internal sealed class V2Stream(ClientEndpoint endpoint, HttpResponseMessage response, Stream body, ulong index)
    : IDisposable
{
    private readonly MemoryStream _line = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Who answers.</summary>
    public ClientEndpoint Endpoint { get; } = endpoint;

    /// <summary>The store's index when the watch began.</summary>
    public ulong Index { get; } = index;

    /// <summary>The next event's JSON; null at the end.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<byte[]?> ReadLineAsync(CancellationToken cancellation)
    {
        _line.SetLength(0);
        while (true)
        {
            int newline = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            if (newline >= 0)
            {
                _line.Write(_buffer, _start, newline - _start);
                _start = newline + 1;
                return _line.ToArray();
            }

            _line.Write(_buffer, _start, _end - _start);
            _start = 0;
            _end = await body.ReadAsync(_buffer, cancellation);
            if (_end == 0)
                return Encoding.UTF8.GetString(_line.ToArray()).Trim().Length == 0 ? null : _line.ToArray();
        }
    }

    public void Dispose()
    {
        body.Dispose();
        response.Dispose();
    }
}
