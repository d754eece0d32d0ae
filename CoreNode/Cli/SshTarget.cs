using System.Globalization;

namespace CoreNode.Cli;

/// <summary>Where ssh shall go: user@host:port; user and port may be left out.</summary>
/// <param name="Host">user@host, as ssh takes it.</param>
/// <param name="Port">0: ssh's own configuration decides.</param>
internal sealed record SshTarget(string Host, int Port)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static SshTarget Parse(string flag, string text)
    {
        int at = text.LastIndexOf('@') + 1;
        string host = text[at..];
        int port = 0;
        // [::1]:22 and host:22; a bare IPv6 address has several colons and no port.
        int colon = host.LastIndexOf(':');
        bool hasPort = colon >= 0 && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[0] == '[')
            && host[^1] != ']';
        if (hasPort)
        {
            bool isNumber = int.TryParse(
                host[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port);
            if (!isNumber || port is < 1 or > 65535)
                throw new UsageException($"{flag}: '{text}' has no port behind the colon; write user@host:22");
            host = host[..colon];
        }

        host = host.Trim('[', ']');
        // What begins with a dash would be an option to ssh.
        if (host.Length == 0 || text[0] == '-' || host[0] == '-')
            throw new UsageException($"{flag}: '{text}' names no machine; write user@host or user@host:22");
        return new SshTarget(text[..at] + host, port);
    }

    /// <summary>ssh's options for the port.</summary>
    public IReadOnlyList<string> PortOptions =>
        Port == 0 ? [] : ["-p", Port.ToString(CultureInfo.InvariantCulture)];

    /// <summary>As ssh's -J takes it.</summary>
    public string Jump => Port == 0 ? Host : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
