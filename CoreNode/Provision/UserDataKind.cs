namespace CoreNode.Provision;

/// <summary>What a part of user data is.</summary>
public enum UserDataKind
{
    /// <summary>YAML that begins with "#cloud-config": applied at every boot.</summary>
    CloudConfig,

    /// <summary>A program text that begins with "#!": run once everything else is there.</summary>
    Script,

    /// <summary>Ignition's JSON: applied at the first boot.</summary>
    Ignition,
}
