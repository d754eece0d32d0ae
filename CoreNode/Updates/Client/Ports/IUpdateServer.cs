using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client.Ports;

/// <summary>The update server, and what this machine is to it. Any thread.</summary>
public interface IUpdateServer
{
    /// <summary>Reads the settings as they are now: people edit them.</summary>
    ServerSettings ReadSettings();

    /// <summary>Asks for an update.</summary>
    Task<ServerReply> CheckAsync(CheckRequest request, BootFacts boot, CancellationToken cancellation);

    /// <summary>Tells that the machine is there, and asks nothing.</summary>
    Task<ServerReply> PingAsync(BootFacts boot, CancellationToken cancellation);

    /// <summary>Tells one event; null once the server has it.</summary>
    Task<UpdateFailure?> TellAsync(UpdateEvent told, BootFacts boot, CancellationToken cancellation);
}
