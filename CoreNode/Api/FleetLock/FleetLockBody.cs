using CoreNode.Api.Wire;
using CoreNode.RebootLock.Model;

namespace CoreNode.Api.FleetLock;

/// <summary>The body of a request: {"client_params":{"id":…,"group":…}}. Pure.</summary>
internal static class FleetLockBody
{
    /// <summary>Longest body.</summary>
    public const int MaxBytes = 16 << 10;

    // Zincati's group of machines that were given none; theirs is locksmith's group without a name.
    private const string DefaultGroup = "default";

    /// <summary>Who asks; null and why not for anything else.</summary>
    public static FleetLockClient? Read(ReadOnlySpan<byte> body, out FleetLockEnd end)
    {
        end = FleetLockEnd.Done;
        if (GoJson.Parse(body, isStream: false, out string error) is not { } json)
            return Refuse(FleetLockKind.InvalidBody, $"the body is no JSON: {error}", out end);
        if (json.Kind != GoJsonKind.Map || json.Find("client_params") is not { Kind: GoJsonKind.Map } parameters)
        {
            return Refuse(
                FleetLockKind.InvalidBody,
                "the body is to be {\"client_params\":{\"id\":\"…\",\"group\":\"…\"}}", out end);
        }

        if (parameters.Find("id") is not { Kind: GoJsonKind.Text } id)
            return Refuse(FleetLockKind.InvalidClientIdentity, "client_params.id is to be a text", out end);
        if (LockKeys.Complaint(id.Text, isGroup: false) is { } complaint)
            return Refuse(FleetLockKind.InvalidClientIdentity, $"client_params.id: {complaint}", out end);
        if (parameters.Find("group") is not { Kind: GoJsonKind.Text } group || !IsGroup(group.Text))
        {
            return Refuse(
                FleetLockKind.InvalidGroup,
                "client_params.group is to have letters, digits, dots and dashes, and at least one of them", out end);
        }

        return LockKeys.Complaint(group.Text, isGroup: true) is { } wrong
            ? Refuse(FleetLockKind.InvalidGroup, $"client_params.group: {wrong}", out end)
            : new FleetLockClient(id.Text, group.Text, group.Text == DefaultGroup ? "" : group.Text);
    }

    private static bool IsGroup(string text)
    {
        foreach (char one in text)
        {
            if (!char.IsAsciiLetterOrDigit(one) && one is not ('.' or '-'))
                return false;
        }

        return text.Length > 0;
    }

    private static FleetLockClient? Refuse(FleetLockKind kind, string reason, out FleetLockEnd end)
    {
        end = new FleetLockEnd(kind, reason);
        return null;
    }
}
