using System.Net;
using System.Net.Sockets;

namespace CoreNode.Platform;

/// <summary>The machine's own resolver.</summary>
public sealed class SystemNames : INames
{
    private const int SrvType = 33;
    private const int LongestAnswer = 65_535;

    /// <inheritdoc/>
    public Task<NameAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancellation)
    {
        TaskCompletionSource<NameAnswer<SrvRecord>> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // The call cannot be ended from outside, only left behind; it ends by itself after resolv.conf's time-outs.
        Thread thread = new(() => done.TrySetResult(FindServices(name))) { IsBackground = true, Name = "resolver" };
        thread.Start();
        return done.Task.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task<NameAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? literal))
            return new NameAnswer<IPAddress>.Found([literal]);
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellation);
            return addresses.Length == 0
                ? new NameAnswer<IPAddress>.None($"{host} has no address")
                : new NameAnswer<IPAddress>.Found(addresses);
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return new NameAnswer<IPAddress>.None($"there is no host {host}");
        }
        catch (SocketException fault)
        {
            return new NameAnswer<IPAddress>.Failed($"{host}: {fault.Message}");
        }
    }

    private static NameAnswer<SrvRecord> FindServices(string name)
    {
        try
        {
            byte[] answer = new byte[LongestAnswer];
            int length = Resolver.Query(name, SrvType, answer, out int error);
            if (length < 0)
            {
                return error switch
                {
                    Resolver.HostNotFound or Resolver.NoData =>
                        new NameAnswer<SrvRecord>.None($"there are no SRV records {name}"),
                    Resolver.TryAgain => new NameAnswer<SrvRecord>.Failed($"no name server answers for {name}"),
                    _ => new NameAnswer<SrvRecord>.Failed($"the name server refuses to answer for {name}"),
                };
            }

            if (!DnsAnswer.TryReadServices(answer.AsSpan(0, length), out IReadOnlyList<SrvRecord> records))
                return new NameAnswer<SrvRecord>.Failed($"the name server's answer for {name} is damaged");
            return records.Count == 0
                ? new NameAnswer<SrvRecord>.None($"there are no SRV records {name}")
                : new NameAnswer<SrvRecord>.Found(records);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
            return new NameAnswer<SrvRecord>.Failed($"this system has no resolver that can be asked: {fault.Message}");
        }
    }
}
