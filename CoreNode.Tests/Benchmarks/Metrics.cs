using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CoreNode.Tests.Benchmarks;

/// <summary>Reads one server's plain answers: metrics in Prometheus' text format, and health.</summary>
internal static class Metrics
{
    /// <summary>The value of a metric without labels; fails when the server does not have it.</summary>
    public static double Read(Uri server, string name) =>
        TryRead(server, name) ?? throw new IOException($"{server} does not answer, or has no metric {name}");

    /// <summary>The same; null while the server does not answer or does not have it.</summary>
    public static double? TryRead(Uri server, string name) =>
        Get(server, "/metrics")?.Split('\n').FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal))
            is { } line
            ? double.Parse(line[(name.Length + 1)..].Trim(), CultureInfo.InvariantCulture)
            : null;

    /// <summary>True when /health says true now; false also while nobody listens.</summary>
    public static bool IsHealthy(Uri server) =>
        Get(server, "/health") is { } answer && answer.Contains("\"true\"", StringComparison.Ordinal);

    private static string? Get(Uri server, string path)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(server.Host, server.Port);
            socket.Send(Encoding.ASCII.GetBytes(
                $"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: close\r\n\r\n"));
            StringBuilder text = new();
            byte[] buffer = new byte[64 * 1024];
            for (int count; (count = socket.Receive(buffer)) > 0;)
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
            return text.ToString();
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
