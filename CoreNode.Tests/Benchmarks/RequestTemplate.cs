using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// A request that is written once and then only gets the digits of another key: /dNNNN/kNNNNNNNN, a leaf path of 16
/// bytes in one of 1,000 directories.
/// </summary>
internal sealed class RequestTemplate
{
    /// <summary>Stands for eight digits.</summary>
    public const string Number = "########";

    private const int Directories = 1000;
    private const int ValueBytes = 100;
    private readonly byte[] _bytes;
    private readonly int _directoryDigits;
    private readonly List<int> _leafDigits = [];
    private readonly Func<int> _nextKey;

    private RequestTemplate(string request, Func<int> nextKey)
    {
        _bytes = Encoding.ASCII.GetBytes(request.Replace(Number, "00000000", StringComparison.Ordinal));
        _directoryDigits = request.IndexOf("/d0000/", StringComparison.Ordinal) + 2;
        if (_directoryDigits >= 2)
            _leafDigits.Add(_directoryDigits + "0000/k".Length);
        for (int at = request.IndexOf(Number, StringComparison.Ordinal); at >= 0;
            at = request.IndexOf(Number, at + 1, StringComparison.Ordinal))
        {
            _leafDigits.Add(at);
        }

        _nextKey = nextKey;
    }

    /// <summary>
    /// POST of a body, in which as in the headers the number of who asks stands wherever <see cref="Number"/> does.
    /// </summary>
    public static RequestTemplate Post(Uri server, string path, string headers, string body, Func<int> nextKey) => new(
        $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\n{headers}"
        + $"Content-Length: {body.Length}\r\n\r\n{body}",
        nextKey);

    /// <summary>PUT of a value of 100 bytes.</summary>
    public static RequestTemplate Put(Uri server, Func<int> nextKey)
    {
        string body = "value=" + new string('v', ValueBytes);
        return new RequestTemplate(
            $"PUT /v2/keys/d0000/k00000000 HTTP/1.1\r\nHost: {server.Authority}\r\n"
            + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}",
            nextKey);
    }

    /// <summary>GET without quorum.</summary>
    public static RequestTemplate Get(Uri server, Func<int> nextKey) =>
        new($"GET /v2/keys/d0000/k00000000 HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n", nextKey);

    /// <summary>GET that a quorum vouches for.</summary>
    public static RequestTemplate QuorumGet(Uri server, Func<int> nextKey) =>
        new($"GET /v2/keys/d0000/k00000000?quorum=true HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n", nextKey);

    /// <summary>Keys drawn evenly from the first <paramref name="count"/>; the same ones in every run.</summary>
    public static Func<int> RandomKeys(int count)
    {
        Prng prng = new(42);
        return () => prng.Next(count);
    }

    /// <summary>Every key once, in order.</summary>
    public static Func<int> KeysInOrder()
    {
        int next = 0;
        return () => next++;
    }

    /// <summary>The request for the next key; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        int key = _nextKey();
        if (_directoryDigits >= 2)
            WriteDigits(_directoryDigits, 4, key % Directories);
        foreach (int place in _leafDigits)
            WriteDigits(place, Number.Length, key);
        return _bytes;
    }

    private void WriteDigits(int position, int count, int value)
    {
        for (int i = position + count - 1; i >= position; i--)
        {
            _bytes[i] = (byte)('0' + value % 10);
            value /= 10;
        }
    }
}
