using System.Net;
using System.Net.Sockets;
using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Containers;

/// <summary>
/// The listeners for this machine's containers, on the address of their bridge. That comes with the first container,
/// long after the node, and may be another one later: it is looked for every few seconds, and its absence is no error.
/// Started and stopped once; any thread.
/// </summary>
internal sealed partial class ContainerFront : IAsyncDisposable
{
    private const int MostConnections = 2048;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);

    private readonly ApiOptions _options;
    private readonly ContainerApplication _application;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<ContainerFront> _log;
    private readonly Door[] _doors;
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;

    private ContainerFront(
        ApiOptions options, string token, IHttpApplication<RequestContext> inner, TimeProvider time,
        ILoggerFactory loggers)
    {
        _application = new ContainerApplication(inner, token);
        _time = time;
        _loggers = loggers;
        _log = loggers.CreateLogger<ContainerFront>();
        _doors = Array.ConvertAll([.. options.ListenContainerUrls], static url => new Door(url));
        _options = new ApiOptions
        {
            DrainTime = options.DrainTime,
            Limits = options.Limits with
            {
                MaxConnections = Math.Min(options.Limits.MaxConnections, MostConnections),
                MaxClientConnections = Math.Min(options.Limits.MaxClientConnections, MostConnections / 2),
            },
        };
    }

    /// <summary>Where containers are served now.</summary>
    public IReadOnlyList<Uri> BoundUrls =>
        [.. _doors.Where(static door => door.Front is not null).SelectMany(static door => door.Front!.BoundUrls)];

    /// <summary>For a surface; null where containers are not served. Nothing is opened yet.</summary>
    public static ContainerFront? Of(
        ApiOptions options, IHttpApplication<RequestContext> inner, TimeProvider time, ILoggerFactory loggers) =>
        options is { ListenContainerUrls.Count: > 0, ContainerToken: { } token }
            ? new ContainerFront(options, token, inner, time, loggers) : null;

    /// <summary>Opens what can be opened, and goes on looking for the rest.</summary>
    public async Task StartAsync()
    {
        await LookAsync();
        _looking = KeepLookingAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        foreach (Door door in _doors)
        {
            if (door.Front is { } front)
                await front.DisposeAsync();
        }

        _stop.Dispose();
    }

    /// <summary>Opens each listener whose address is there, and those anew whose address is another one.</summary>
    internal async Task LookAsync()
    {
        foreach (Door door in _doors)
        {
            IPAddress? address = AddressOf(door.Url.Host.Trim('[', ']'));
            if (address is null && door.Front is null)
                Say(door, "no interface of that name with an address is seen");
            else if (address is not null && !address.Equals(door.Address))
                await OpenAsync(door, address);
        }
    }

    private async Task KeepLookingAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_pause, _time, _stop.Token);
                await LookAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    private async Task OpenAsync(Door door, IPAddress address)
    {
        if (door.Front is { } before)
            await before.DisposeAsync();
        (door.Front, door.Address) = (null, null);
        Uri url = new($"http://{new IPEndPoint(address, door.Url.Port)}");
        HttpFront front = new(_options with { ListenClientUrls = [url] }, _loggers);
        try
        {
            await front.StartAsync(_application, _stop.Token);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            await front.DisposeAsync();
            Say(door, fault.Message);
            return;
        }

        (door.Front, door.Address, door.Said) = (front, address, "");
        LogServing(front.BoundUrls[0].GetLeftPart(UriPartial.Authority));
    }

    // Once, until it is something else.
    private void Say(Door door, string reason)
    {
        if (door.Said == reason)
            return;
        door.Said = reason;
        LogWaiting(door.Url.GetLeftPart(UriPartial.Authority), reason);
    }

    private static IPAddress? AddressOf(string host) =>
        host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(host, out IPAddress? address) ? address
        : OwnAddress.OfDevice(host);

    [LoggerMessage(EventIds.Api + 97, LogLevel.Information, "serving this machine's containers on {Url}")]
    private partial void LogServing(string url);

    [LoggerMessage(EventIds.Api + 98, LogLevel.Information,
        "containers are not served on {Url} yet, it is tried again: {Reason}")]
    private partial void LogWaiting(string url, string reason);

    private sealed class Door(Uri url)
    {
        public Uri Url => url;

        public HttpFront? Front { get; set; }

        public IPAddress? Address { get; set; }

        public string Said { get; set; } = "";
    }
}
