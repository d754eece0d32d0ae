namespace CoreNode.Reboots.Service.Ports;

/// <summary>What on this machine, other than people, wants a restart. Any thread, and cheap.</summary>
public interface IWants
{
    /// <summary>What wants one now.</summary>
    RebootWant Now { get; }
}
