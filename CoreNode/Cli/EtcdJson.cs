using System.Globalization;
using System.Text;
using CoreNode.Api.Client;
using CoreNode.Store;

namespace CoreNode.Cli;

/// <summary>
/// Writes answers as JSON in etcd's two dialects: the server's own (what <c>-o json</c> prints, stable) and that of
/// etcdctl's structs (other order, "value" and "nodes" always there). By hand, because both follow Go's encoder down to
/// its escapes.
/// </summary>
internal static class EtcdJson
{
    /// <summary>As the v2 API answers.</summary>
    public static string Server(KvChange change)
    {
        var text = new StringBuilder();
        text.Append("{\"action\":\"").Append(ActionNames.Name(change.Action)).Append("\",\"node\":");
        ServerNode(text, change.Node);
        if (change.Previous is not null)
        {
            text.Append(",\"prevNode\":");
            ServerNode(text, change.Previous);
        }

        return text.Append('}').ToString();
    }

    /// <summary>As <c>etcdctl -o json</c> prints.</summary>
    public static string Etcdctl(KvChange change)
    {
        var text = new StringBuilder();
        text.Append("{\"action\":\"").Append(ActionNames.Name(change.Action)).Append("\",\"node\":");
        EtcdctlNode(text, change.Node);
        text.Append(",\"prevNode\":");
        if (change.Previous is null)
            text.Append("null");
        else
            EtcdctlNode(text, change.Previous);
        return text.Append('}').ToString();
    }

    /// <summary>A string with quotes and Go's escapes.</summary>
    public static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char unit in value)
        {
            switch (unit)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                    text.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default: text.Append(unit); break;
            }
        }

        text.Append('"');
    }

    private static void ServerNode(StringBuilder text, KvNode node)
    {
        var fields = new FieldList(text);
        if (node.Key.Length > 0)
            fields.Text("key", node.Key);
        if (node.Value is not null)
            fields.Text("value", node.Value);
        if (node.IsDirectory)
            fields.Raw("dir", "true");
        if (node.Expiration is not null)
            fields.Text("expiration", node.Expiration);
        if (node.TtlSeconds is long ttl)
            fields.Number("ttl", ttl);
        if (node.Nodes.Count > 0)
        {
            fields.Name("nodes");
            AppendNodes(text, node.Nodes, ServerNode);
        }

        if (node.ModifiedIndex.Value != 0)
            fields.Raw("modifiedIndex", node.ModifiedIndex.ToString());
        if (node.CreatedIndex.Value != 0)
            fields.Raw("createdIndex", node.CreatedIndex.ToString());
        fields.Close();
    }

    private static void EtcdctlNode(StringBuilder text, KvNode node)
    {
        var fields = new FieldList(text);
        fields.Text("key", node.Key);
        if (node.IsDirectory)
            fields.Raw("dir", "true");
        fields.Text("value", node.Value ?? "");
        fields.Name("nodes");
        if (node.Nodes.Count == 0)
            text.Append("null");
        else
            AppendNodes(text, node.Nodes, EtcdctlNode);
        fields.Raw("createdIndex", node.CreatedIndex.ToString());
        fields.Raw("modifiedIndex", node.ModifiedIndex.ToString());
        if (node.Expiration is not null)
            fields.Text("expiration", node.Expiration);
        if (node.TtlSeconds is long ttl && ttl != 0)
            fields.Number("ttl", ttl);
        fields.Close();
    }

    private static void AppendNodes(
        StringBuilder text, IReadOnlyList<KvNode> nodes, Action<StringBuilder, KvNode> append)
    {
        text.Append('[');
        for (int at = 0; at < nodes.Count; at++)
        {
            if (at > 0)
                text.Append(',');
            append(text, nodes[at]);
        }

        text.Append(']');
    }

    /// <summary>The fields of one object, with commas between them.</summary>
    private struct FieldList(StringBuilder text)
    {
        private bool _isOpen;

        public void Name(string name)
        {
            text.Append(_isOpen ? ',' : '{').Append('"').Append(name).Append("\":");
            _isOpen = true;
        }

        public void Raw(string name, string value)
        {
            Name(name);
            text.Append(value);
        }

        public void Number(string name, long value) => Raw(name, value.ToString(CultureInfo.InvariantCulture));

        public void Text(string name, string value)
        {
            Name(name);
            AppendString(text, value);
        }

        public readonly void Close() => text.Append(_isOpen ? "}" : "{}");
    }
}
