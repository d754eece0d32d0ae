using CoreNode.Documents;

namespace CoreNode.Provision.Model;

/// <summary>A systemd unit of this machine.</summary>
public sealed record DesiredUnit(string Name)
{
    /// <summary>Its text; null: it comes from elsewhere.</summary>
    public string? Content { get; init; }

    /// <summary>Drop-ins, in their order.</summary>
    public IReadOnlyList<DesiredDropIn> DropIns { get; init; } = [];

    /// <summary>Written below /run instead of /etc, so that it is gone after a reboot.</summary>
    public bool IsRuntime { get; init; }

    /// <summary>True: masked. False: unmasked where it is. Null: as it is.</summary>
    public bool? IsMasked { get; init; }

    /// <summary>True: enabled. False: disabled (Ignition). Null: as it is.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>What is done with it once everything is written; null: nothing.</summary>
    public UnitVerb? Command { get; init; }

    /// <summary>Which input and key wants it.</summary>
    public string From { get; init; } = "";

    /// <summary>Where that stands.</summary>
    public TextPlace Place { get; init; }

    /// <summary>True for .network, .netdev and .link: systemd-networkd reads them, and no command applies.</summary>
    public bool IsNetwork => Name.EndsWith(".network", StringComparison.Ordinal)
        || Name.EndsWith(".netdev", StringComparison.Ordinal) || Name.EndsWith(".link", StringComparison.Ordinal);
}
