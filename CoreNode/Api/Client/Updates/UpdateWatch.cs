using System.Text.Json;

namespace CoreNode.Api.Client.Updates;

/// <summary>The status as it changes. One reader; dispose it at the end.</summary>
public sealed class UpdateWatch : IDisposable
{
    private readonly V2Stream _stream;

    internal UpdateWatch(V2Stream stream) => _stream = stream;

    /// <summary>The status now, then after each change; null at the end.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<ToldStatus?> ReadAsync(CancellationToken cancellation)
    {
        while (await _stream.ReadLineAsync(cancellation) is { } bytes)
        {
            try
            {
                return UpdatesJson.ParseStatus(bytes);
            }
            catch (JsonException)
            {
                // What is no status says nothing.
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
