using CoreNode.Api.Wire;

namespace CoreNode.Api.Fleet;

/// <summary>One change of a machine's metadata: PATCH /fleet/v1/machines (fleet: A.10). Immutable.</summary>
/// <param name="MachineId">The machine; it need not be known.</param>
/// <param name="Name">What is changed of its metadata.</param>
/// <param name="Value">What it shall be; empty hides it.</param>
internal sealed record MetadataPatch(string MachineId, string Name, string Value)
{
    private const string Middle = "/metadata/";

    /// <summary>Reads a body; null with the complaint if any of it is wrong.</summary>
    public static IReadOnlyList<MetadataPatch>? Read(ReadOnlySpan<byte> body, out string error)
    {
        List<MetadataPatch> patches = [];
        if (GoBody.Parse(body, out error) is not { } json)
            return null;
        if (json.Kind == GoJsonKind.Null)
            return patches;
        if (json.Kind != GoJsonKind.Array)
        {
            error = GoBody.WrongKind(json.Kind, "[]api.machineMetadataOp");
            return null;
        }

        foreach (GoJsonValue item in json.Items)
        {
            if (ReadOne(item, out error) is not { } patch)
                return null;
            patches.Add(patch);
        }

        return patches;
    }

    private static MetadataPatch? ReadOne(GoJsonValue item, out string error)
    {
        error = "";
        if (item.Kind is not (GoJsonKind.Map or GoJsonKind.Null))
            error = GoBody.WrongKind(item.Kind, "api.machineMetadataOp");
        string operation = GoBody.Text(item, "op", ref error);
        string path = GoBody.Text(item, "path", ref error);
        string value = "";
        if (item.Find("value") is { } holder)
        {
            // fleet's own documentation shows a plain string; its server never took one.
            if (holder.Kind != GoJsonKind.Map && error.Length == 0)
                error = GoBody.WrongKind(holder.Kind, "an object: write {\"value\":\"...\"}");
            value = GoBody.Text(holder, "value", ref error);
        }

        if (error.Length > 0)
            return null;
        if (operation is not ("add" or "remove" or "replace"))
            error = "invalid op: expect add, remove, or replace";
        else if (!TrySplit(path, out string machine, out string name))
            error = "machine metadata path invalid";
        else if (operation != "remove" && value.Length == 0)
            error = "invalid value: add and replace require a value";
        else
            return new MetadataPatch(machine, name, operation == "remove" ? "" : value);
        return null;
    }

    // ^/([^/]+)/metadata/([A-Za-z0-9_.-]+)$, but for names that would lead elsewhere in the store, and those that its
    // listings leave out.
    private static bool TrySplit(string path, out string machine, out string name)
    {
        machine = name = "";
        if (!path.StartsWith('/'))
            return false;
        int end = path.IndexOf('/', 1);
        if (end <= 1 || string.CompareOrdinal(path, end, Middle, 0, Middle.Length) != 0)
            return false;
        machine = path[1..end];
        name = path[(end + Middle.Length)..];
        return name.Length > 0 && machine is not ("." or "..") && name is not ("." or "..")
            && machine[0] != '_' && name[0] != '_'
            && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
    }
}
