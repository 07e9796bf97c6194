namespace FakeAi.Collector.State;

/// <summary>Keeps what queries need of the documents under a prefix. Called under the replica's lock.</summary>
internal interface IDocumentSink
{
    /// <summary>What the names of its documents start with.</summary>
    string Prefix { get; }

    /// <summary>A document was made or changed.</summary>
    void Put(int shard, string name, IReadOnlyDictionary<string, string> document);

    /// <summary>The shard starts over without documents.</summary>
    void Clear(int shard);

    /// <summary>Drops what is too old or too much.</summary>
    void Trim(DateTimeOffset now);
}
