using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Foundation;

namespace CoreNode.Tests.Fuzzing;

/// <summary>
/// Random requests to one server, all of one seed, with what must hold of every answer and of the store afterwards.
/// </summary>
internal sealed class FuzzRun(Uri server, ulong seed)
{
    private const int MostAhead = 8;
    private const int RequestsBetweenSweeps = 2000;
    private const int MostComparisons = 20;
    private const int MostNodesCompared = 300;

    private readonly string _sentinel = string.Create(CultureInfo.InvariantCulture, $"/v2/keys/sentinel-{seed:x}");
    private readonly Prng _random = new(seed);
    private FuzzConnection? _connection;
    private byte[] _last = [];
    private int _untilSweep = RequestsBetweenSweeps;

    /// <summary>Sent so far; a piece of broken bytes counts as one.</summary>
    public int Requests { get; private set; }

    /// <summary>Sends so many more requests.</summary>
    /// <exception cref="InvalidDataException">What is wrong, with the seed and the last bytes.</exception>
    public void Run(int requests)
    {
        FuzzGenerator generator = new(_random);
        int end = Requests + requests;
        try
        {
            Ask("PUT", _sentinel, $"value={seed}", 200, 201);
            while (Requests < end)
            {
                int before = Requests;
                if (_random.Chance(0.2))
                    SendBroken(generator.NextBroken());
                else
                    SendProper(generator);
                _untilSweep -= Requests - before;
                if (_untilSweep < 0)
                    Sweep();
            }
        }
        catch (Exception e) when (e is InvalidDataException or SocketException)
        {
            throw new InvalidDataException(
                $"FUZZ FAILED seed=0x{seed:X} request={Requests} -> "
                + $"CORENODE_FUZZ_SEED=0x{seed:X} dotnet test --filter FullyQualifiedName~FuzzTests\n{e.Message}\n"
                + $"last sent: {Encoding.Latin1.GetString(_last.AsSpan(0, Math.Min(_last.Length, 2000)))}",
                e);
        }
        finally
        {
            Close();
        }
    }

    // Several at once on a connection that is kept: as many answers as requests, in order, unless one closes it.
    private void SendProper(FuzzGenerator generator)
    {
        FuzzConnection connection = _connection ??= new FuzzConnection(server);
        int count = _random.Next(1, MostAhead);
        FuzzRequest[] batch = [.. Enumerable.Range(0, count).Select(_ => generator.NextProper(false))];
        if (_random.Chance(0.1))
            batch = [.. batch, generator.NextProper(true)];
        _last = [.. batch.SelectMany(static r => r.Bytes)];
        connection.Send(_last);
        foreach (FuzzRequest request in batch)
        {
            Requests++;
            if (connection.ReadAnswer(request.IsHead, request.IsEndless) == 0)
                throw new InvalidDataException("the connection ended without an answer");
            if (connection.IsClosing || request.IsEndless)
            {
                Close();
                return;
            }
        }
    }

    // Whatever it is: answers up to the end of the connection, if any.
    private void SendBroken(byte[] bytes)
    {
        Requests++;
        _last = bytes;
        using FuzzConnection connection = new(server);
        try
        {
            connection.Send(bytes);
            if (_random.Chance(0.2))
            {
                connection.Reset();
                return;
            }

            connection.CloseSending();
        }
        catch (SocketException)
        {
            // The server has had enough before everything was sent; what it said is lost with the reset.
            return;
        }

        // An answer to HEAD, or one that Kestrel cuts off, cannot be told from others in bytes that mean nothing.
        if (bytes.AsSpan().IndexOf("HEAD"u8) >= 0 || bytes.AsSpan().IndexOf("wait"u8) >= 0)
            return;
        while (connection.ReadAnswer(isHead: false) != 0)
        {
        }
    }

    private void Sweep()
    {
        _untilSweep = RequestsBetweenSweeps;
        Close();
        JsonNode? root = JsonNode.Parse(Ask("GET", "/v2/keys/", "", 200));
        foreach (JsonNode? node in root?["node"]?["nodes"]?.AsArray() ?? [])
        {
            string key = (string)node!["key"]!;
            if (!key.StartsWith("/sentinel-", StringComparison.Ordinal))
                Ask("DELETE", Target(key) + "?recursive=true", "", 200, 404);
        }
    }

    /// <summary>Compares the store with itself, once nobody writes any more.</summary>
    /// <exception cref="InvalidDataException">What is wrong.</exception>
    public void CheckStore()
    {
        Close();
        string own = Ask("GET", _sentinel + "?quorum=true", "", 200);
        if (!own.Contains($"\"value\":\"{seed}\"", StringComparison.Ordinal))
            throw new InvalidDataException("the key that nobody else writes has changed");
        if (!Ask("GET", "/health", "", 200).Contains("true", StringComparison.Ordinal))
            throw new InvalidDataException("not healthy");
        for (int again = 0; ; again++)
        {
            string listing = Ask("GET", "/v2/keys/?recursive=true", "", 200);
            int compared = 0;
            try
            {
                Compare(JsonNode.Parse(listing)!["node"]!, ref compared);
                return;
            }
            catch (InvalidDataException) when (
                again < MostComparisons && Ask("GET", "/v2/keys/?recursive=true", "", 200) != listing)
            {
                // What was sent last, before its connection was closed, is done only now.
            }
        }
    }

    // Each node of the listing is what a request for itself shows.
    private void Compare(JsonNode node, ref int compared)
    {
        foreach (JsonNode? child in node["nodes"]?.AsArray() ?? [])
        {
            string key = (string)child!["key"]!;

            // Names that are no UTF-8 cannot be asked for by what JSON shows of them; what has a ttl may be gone.
            bool canBeAsked = !key.Contains('\uFFFD', StringComparison.Ordinal) && child["ttl"] is null;
            if (compared++ > MostNodesCompared || !canBeAsked)
                continue;
            JsonNode? single = JsonNode.Parse(Ask("GET", Target(key), "", 200))!["node"];
            foreach (string field in (string[])["value", "modifiedIndex", "createdIndex", "dir"])
            {
                if (single?[field]?.ToJsonString() != child[field]?.ToJsonString())
                    throw new InvalidDataException($"{key}: {field} differs between itself and the listing");
            }

            Compare(child, ref compared);
        }
    }

    private static string Target(string key) =>
        "/v2/keys" + string.Join('/', key.Split('/').Select(Uri.EscapeDataString));

    private string Ask(string method, string target, string form, params int[] statuses)
    {
        using FuzzConnection connection = new(server);
        connection.Send(Encoding.UTF8.GetBytes(
            $"{method} {target} HTTP/1.1\r\nHost: fuzz\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + $"Content-Length: {form.Length}\r\n\r\n{form}"));
        int status = connection.ReadAnswer(isHead: false);
        return Array.IndexOf(statuses, status) >= 0
            ? connection.Body
            : throw new InvalidDataException($"{method} {target}: {status} {connection.Body}");
    }

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
